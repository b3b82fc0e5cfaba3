# ends: error
def main(p, cap):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
