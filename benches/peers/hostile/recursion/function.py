# ends: any
def deeper(n):
    return deeper(n + 1) + 1

def main(p, cap):
    return deeper(0)
