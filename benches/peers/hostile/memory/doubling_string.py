# ends: error
def main(p, cap):
    text = 'abc'
    while True:
        text += text
