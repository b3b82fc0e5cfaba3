import re

def main(count, cap):
    text = 'key12=value34; ' * count
    total = 0
    for match in re.finditer(r'(\w+?)(\d+)=(\w+)', text):
        total += len(match.group(2))
    return total
