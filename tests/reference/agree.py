#!/usr/bin/python3
"""agree.py AIOSIM [--random N] [--seed S] [--world W] [VECTOR...]

Predicts what happens in each VECTOR, and in N random ones, with a second model
of the kernel that shares nothing with model/, and compares every field: of a
recorded vector with what the kernel did, of a random one with what AIOSIM says.
Exit status 1 if one differs; that vector is then kept in the current directory.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from calls import Run
from random_vectors import random_vector


def difference(mine, other, place=""):
    """The first difference, in words, or None; of what both have."""
    if isinstance(mine, dict) and isinstance(other, dict):
        pairs = [
            (mine[key], other[key], f"{place}.{key}")
            for key in mine
            if key in other
        ]
    elif isinstance(mine, list) and isinstance(other, list):
        pairs = [
            (a, b, f"{place}[{i}]") for i, (a, b) in enumerate(zip(mine, other))
        ]
        pairs.append((f"{len(mine)} of them", f"{len(other)} of them", place))
    else:
        return None if mine == other else f"{place}: {mine!r}, not {other!r}"
    found = (difference(*pair) for pair in pairs)
    return next((words for words in found if words is not None), None)


def observed(aiosim, world, vector, directory):
    """What AIOSIM makes of it."""
    path = pathlib.Path(directory, f"{vector['name']}.json")
    path.write_text(json.dumps({**vector, "expect": {}}))
    output = subprocess.run(
        [aiosim, "vector", "--json", "--world", world, str(path)],
        check=True,
        capture_output=True,
    ).stdout
    return json.loads(output)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("aiosim")
    parser.add_argument("vectors", nargs="*", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", default="heap")
    options = parser.parse_args()

    failed = 0
    for path in options.vectors:
        vector = json.loads(path.read_text())
        words = difference(Run(vector).expect(), vector["expect"])
        if words is not None:
            failed += 1
            print(f"{path}: predicted {words}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(options.seed, options.seed + options.random):
            vector = random_vector(seed)
            vector["expect"] = Run(vector).expect()
            words = difference(
                vector["expect"],
                observed(options.aiosim, options.world, vector, directory),
            )
            if words is not None:
                failed += 1
                name = pathlib.Path(f"{vector['name']}.json")
                name.write_text(json.dumps(vector))
                print(f"{name}: predicted {words}", file=sys.stderr)
    total = len(options.vectors) + options.random
    print(f"agree: {total - failed} of {total}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
