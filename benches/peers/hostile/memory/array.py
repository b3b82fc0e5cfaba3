# ends: error
def main(p, cap):
    all = []
    while True:
        all.append({'n': len(all)})
