# ends: error
def main(p, cap):
    while True:
        pass
