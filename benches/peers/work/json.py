import json

def main(rounds, cap):
    items = [{'id': id, 'name': f'n{id}', 'tags': [id, 'x']} for id in range(500)]
    total = 0
    for _ in range(rounds):
        total += len(json.loads(json.dumps(items)))
    return total
