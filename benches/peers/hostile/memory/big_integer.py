# ends: error
def main(p, cap):
    n = 3
    while True:
        n *= n
