# ends: any
def main(p, cap):
    for _ in range(200000):
        print('x' * 1000)
    return 'answered'
