def main(p, cap):
    return {'doubled': p['value'] * 2}
