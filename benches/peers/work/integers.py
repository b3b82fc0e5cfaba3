def main(count, cap):
    hash = 0
    for i in range(count):
        hash = (hash * 31 + i) & 0xffffffff
    return hash - 0x100000000 if hash & 0x80000000 else hash
