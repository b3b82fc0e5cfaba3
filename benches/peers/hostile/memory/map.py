# ends: error
def main(p, cap):
    map = {}
    i = 0
    while True:
        map[f'key{i}'] = i
        i += 1
