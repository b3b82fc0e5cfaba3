# ends: error
def main(p, cap):
    i = 0
    while True:
        cap(i)
        i += 1
