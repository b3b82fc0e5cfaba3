# ends: any
def main(p, cap):
    value = ['x']
    for _ in range(30):
        value = [value, value]
    return value
