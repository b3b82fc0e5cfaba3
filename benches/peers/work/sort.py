def main(length, cap):
    x = 1
    numbers = []
    for _ in range(length):
        x = x * 16807 % 2147483647
        numbers.append(x)
    numbers.sort()
    return numbers[length // 2]
