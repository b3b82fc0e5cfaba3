# ends: error
import re

def main(p, cap):
    return re.match('^(a+)+$', 'a' * 40 + '!') is None
