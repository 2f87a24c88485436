"""Makes the loads that the simulator of the autoscaler replays: python3 make_loads.py writes them beside itself.

Each line of a file is one step of time: how many requests arrived in it, and the mean of their service times in
milliseconds. The first line says how many seconds a step has.
"""

import math
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent


def poisson(generator, mean):
    """Knuth's method for small means, a rounded normal for large ones."""
    if mean > 50:
        return max(0, round(generator.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), generator.random(), 0
    while product > limit:
        product *= generator.random()
        count += 1
    return count


def write(name, step, rows):
    lines = ["step_seconds=%d" % step] + ["%d,%d" % row for row in rows]
    (HERE / (name + ".csv")).write_text("\n".join(lines) + "\n")


def day(generator):
    """A working day: quiet nights, a hump before and one after noon, noise of some minutes' length."""
    drift = 0.0
    for step in range(24 * 120):
        hour = step / 120
        drift = 0.97 * drift + generator.gauss(0, 0.03)
        hump = math.exp(-((hour - 10.5) / 1.8) ** 2) + 0.9 * math.exp(-((hour - 15) / 2.2) ** 2)
        rate = (0.6 + 20 * hump) * math.exp(drift)
        yield poisson(generator, rate * 30), round(120 * math.exp(generator.gauss(0, 0.1)))


def spike(generator):
    """Ten quiet minutes with ninety seconds of twelve times the load, that begin within a second."""
    for second in range(600):
        rate = 48 if 240 <= second < 330 else 4
        yield poisson(generator, rate), 120


def sawtooth(generator):
    """Ramps of four minutes, each of which ends at once."""
    for second in range(1200):
        rate = 3 + 37 * (second % 240) / 240
        yield poisson(generator, rate), 120


if __name__ == "__main__":
    for make, step in ((day, 30), (spike, 1), (sawtooth, 1)):
        write(make.__name__, step, list(make(random.Random(make.__name__))))
