# ends: any
def main(p, cap):
    value = None
    for _ in range(200000):
        value = [value]
    return value
