"""The host process of pydantic-monty: what ../src/host/mod.rs does in Rust, in Python."""

import json
import sys
import threading
import time
from importlib.metadata import version

from pydantic_monty import CollectString, Monty

# The time between calls of a neighbour, in seconds.
BEAT = 0.01


class Sandbox:
    """A session in a worker process of the pool."""

    def __init__(self, pool, source, limits):
        self.session = pool.checkout(limits={
            'max_feed_duration_secs': limits['wall_ms'] / 1000,
            'max_memory': limits['memory_bytes'],
            'max_suspensions': 1_000_000,
        })
        self.session.__enter__()
        try:
            self.session.feed_run(source, print_callback=CollectString())
        except BaseException:
            self.drop()
            raise

    def call(self, arg):
        return self.session.feed_run(
            'main(arg, cap)', inputs={'arg': arg}, external_lookup={'cap': lambda n: n * 2},
            print_callback=CollectString(),
        )

    def drop(self):
        self.session.__exit__(None, None, None)


class Host:
    def __init__(self, pool):
        self.pool = pool
        self.live = []
        self.neighbour = None
        self.names = 0

    def load(self, program, limits):
        self.names += 1
        return Sandbox(self.pool, f'{program["source"]}\n# {self.names}\n', limits)

    def once(self, program, limits):
        sandbox = self.load(program, limits)
        check(program, sandbox.call(program['arg']))
        return sandbox

    def timed(self, budget_ms, count, step):
        times = []
        until = time.monotonic() + budget_ms / 1000
        while len(times) < count and (not times or time.monotonic() < until):
            began = time.perf_counter_ns()
            step()
            times.append(time.perf_counter_ns() - began)
        return {'times': times, 'operations': len(times)}

    def cold(self, program, limits, budget_ms, count):
        self.once(program, limits).drop()

        def step():
            sandbox = self.load(program, limits)
            answer = sandbox.call(program['arg'])
            sandbox.drop()
            check(program, answer)

        return self.timed(budget_ms, count, step)

    def warm(self, program, limits, budget_ms, count):
        sandbox = self.once(program, limits)
        times = self.timed(budget_ms, count, lambda: check(program, sandbox.call(program['arg'])))
        sandbox.drop()
        return times

    def fill(self, program, limits, count):
        error = None
        try:
            while len(self.live) < count:
                self.live.append(self.once(program, limits))
        except Exception as why:
            error = str(why)
        return {'live': len(self.live), 'error': error}

    def meter(self, program, limits):
        self.once(program, limits).drop()
        return {}

    def start_neighbour(self, program, limits):
        self.neighbour = program, limits, self.once(program, limits)
        return {}

    def hostile(self, program, limits):
        work, ample, neighbour = self.neighbour
        seen = {'running': True, 'late': [], 'right': True}

        def right():
            try:
                check(work, neighbour.call(work['arg']))
            except Exception:
                seen['right'] = False

        def beats():
            due = began + BEAT
            while True:
                time.sleep(max(0, due - time.monotonic()))
                if not seen['running'] and time.monotonic() < due + BEAT:
                    break
                right()
                seen['late'].append(time.monotonic() - due)
                if not seen['running']:
                    break
                due = max(due + BEAT, time.monotonic())

        began = time.monotonic()
        thread = threading.Thread(target=beats)
        thread.start()
        value = error = None
        try:
            enemy = self.load(program, limits)
            try:
                value = shortened(enemy.call(program['arg']))
            finally:
                enemy.drop()
        except Exception as why:
            error = str(why)[:200]
        took = time.monotonic() - began
        seen['running'] = False
        thread.join()
        right()
        try:
            self.once(work, ample).drop()
        except Exception:
            seen['right'] = False
        late = sorted(seen['late']) or [0]
        return {'hostile': {
            'value': value, 'error': error, 'ns': took * 1e9, 'neighbour_calls': len(seen['late']),
            'neighbour_median_ns': late[len(late) // 2] * 1e9,
            'neighbour_worst_ns': late[-1] * 1e9, 'neighbour_right': seen['right'],
        }}


def shortened(value):
    """Says what a hostile program returned without walking through it."""
    if isinstance(value, str) and len(value) > 200:
        return f'a string of {len(value)}'
    return value if value is None or isinstance(value, (bool, float, str)) else 'an object'


def check(program, answer):
    if answer != program['answer']:
        raise ValueError(f'the answer is {str(answer)[:100]}')


def say(value):
    print(json.dumps(value), flush=True)


def main():
    with Monty(max_processes=4000, request_timeout=30, max_checkouts_per_worker=None) as pool:
        host = Host(pool)
        answers = {
            'cold': host.cold, 'warm': host.warm, 'fill': host.fill, 'meter': host.meter,
            'neighbour': host.start_neighbour, 'hostile': host.hostile,
        }
        say({'version': f'pydantic-monty {version("pydantic-monty")}'})
        for line in sys.stdin:
            request = json.loads(line)
            try:
                say(answers[request.pop('op')](**request))
            except Exception as error:
                say({'error': str(error)[:200]})


main()
