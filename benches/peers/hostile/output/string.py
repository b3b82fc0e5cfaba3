# ends: any
def main(p, cap):
    return 'x' * (48 << 20)
