def main(count, cap):
    total = 0
    for i in range(count):
        total += cap(i)
    return total
