#!/usr/bin/python3
"""The yardstick in SimPy, with what the simulator's run goes through and tells:
a closed loop of four, daemons, a station of four channels, an exponential
millisecond each; and the latencies that summary.json has.  Nothing of the
kernel's rules: no limits, no creation and no end of daemons, no calls.

usage: yardstick.py COUNT
"""

import random
import sys

import simpy

DAEMONS = 32  # vfs.aio.max_aio_procs


def client(env, daemons, station, rng, state):
    queue, service, total = state["queue"], state["service"], state["total"]
    while state["left"] > 0:
        state["left"] -= 1
        arrival = env.now
        with daemons.request() as daemon:
            yield daemon
            start = env.now
            with station.request() as channel:
                yield channel
                yield env.timeout(rng.expovariate(1000.0))
        queue.append(start - arrival)
        service.append(env.now - start)
        total.append(env.now - arrival)


def describe(name, values):
    values.sort()
    quantiles = "  ".join(
        f"p{100 * p:g} {1000 * values[int(p * (len(values) - 1))]:.3f}"
        for p in (0.5, 0.9, 0.99, 0.999))
    print(f"{name:8} mean {1000 * sum(values) / len(values):.3f}  {quantiles}"
          f"  max {1000 * values[-1]:.3f} ms")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    env = simpy.Environment()
    daemons = simpy.Resource(env, capacity=DAEMONS)
    station = simpy.Resource(env, capacity=4)
    rng = random.Random(1)
    state = {"left": count, "queue": [], "service": [], "total": []}
    for _ in range(4):
        env.process(client(env, daemons, station, rng, state))
    env.run()
    print(f"{count} requests, {env.now:.3f} s")
    for name in ("total", "queue", "service"):
        describe(name, state[name])


if __name__ == "__main__":
    main()
