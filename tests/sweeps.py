#!/usr/bin/python3
"""What sweep.csv says of a sweep's points: sweeps.py AIOSIM"""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

AIOSIM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "aiosim"
SCENARIO = """\
[kernel]
name = netbsd
[disk ada0]
channels = 4
latency = exponential(1ms)
[file data]
disk = ada0
[process load]
file = data
depth = 8
collect = suspend
on_eagain = drop
requests = 50
"""


class Table(unittest.TestCase):
    def sweep(self, *sets):
        """The rows of sweep.csv."""
        arguments = [word for text in sets for word in ("--set", text)]
        with tempfile.TemporaryDirectory(prefix="aiosim-sweeps-") as directory:
            path = pathlib.Path(directory)
            (path / "load.ini").write_text(SCENARIO, encoding="utf-8")
            subprocess.run([AIOSIM, "sweep", "load.ini", "--world", "heap",
                            "--out", "out", *arguments], cwd=path, check=True,
                           stdout=subprocess.DEVNULL, timeout=60)
            with open(path / "out" / "sweep.csv", encoding="utf-8") as file:
                return list(csv.DictReader(file))

    def test_limit_is_of_the_kernel_that_ran(self):
        rows = self.sweep("kernel.name=freebsd-12.2,freebsd-13",
                          "vfs.aio.max_aio_queue=2,1")
        self.assertEqual([row["limit"] for row in rows],
                         4 * ["vfs.aio.max_aio_queue"])

    def test_values_are_fields_whatever_is_in_them(self):
        rows = self.sweep('scenario.question=a "b" (c, d),e')
        self.assertEqual([row["scenario.question"] for row in rows],
                         ['a "b" (c, d)', "e"])


if __name__ == "__main__":
    unittest.main()
