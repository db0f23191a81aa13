#!/usr/bin/python3
"""The yardstick in SimPy: a closed loop of four, a station of four channels, an
exponential millisecond each, and the latency of every request summed up.

usage: station.py COUNT
"""

import random
import sys

import simpy


def client(env, station, count, rng, state):
    while state["left"] > 0:
        state["left"] -= 1
        arrival = env.now
        with station.request() as turn:
            yield turn
            yield env.timeout(rng.expovariate(1000.0))
        state["latency"] += env.now - arrival


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    env = simpy.Environment()
    station = simpy.Resource(env, capacity=4)
    rng = random.Random(1)
    state = {"left": count, "latency": 0.0}
    for _ in range(4):
        env.process(client(env, station, count, rng, state))
    env.run()
    print(f"{count} requests, {env.now:.3f} s, "
          f"mean {1000 * state['latency'] / count:.3f} ms")


if __name__ == "__main__":
    main()
