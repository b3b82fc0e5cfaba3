def main(p, cap):
    return {'doubled': cap(p['value'])}
