#!/usr/bin/python3
"""What sweep.csv says of a sweep's points: sweeps.py AIOSIM"""

import csv
import unittest

from workplace import Work

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


class Table(Work):
    def table(self, *sets):
        """The rows of sweep.csv."""
        arguments = [word for text in sets for word in ("--set", text)]
        self.write("load.ini", SCENARIO)
        self.aiosim("sweep", "load.ini", "--world", "heap", "--out", "out",
                    *arguments)
        with open(self.dir / "out" / "sweep.csv", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_limit_is_of_the_kernel_that_ran(self):
        rows = self.table("kernel.name=freebsd-12.2,freebsd-13",
                          "vfs.aio.max_aio_queue=2,1")
        self.assertEqual([row["limit"] for row in rows],
                         4 * ["vfs.aio.max_aio_queue"])

    def test_values_are_fields_whatever_is_in_them(self):
        rows = self.table('scenario.question=a "b" (c, d),e')
        self.assertEqual([row["scenario.question"] for row in rows],
                         ['a "b" (c, d)', "e"])


if __name__ == "__main__":
    unittest.main()
