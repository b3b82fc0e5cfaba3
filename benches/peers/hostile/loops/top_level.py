# ends: error
while True:
    pass
