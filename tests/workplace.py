"""A directory with a scenario in it, for tests of what commands leave there.

The program is the first argument of the test.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

AIOSIM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "aiosim"
SCENARIO = """\
[disk ada0]
channels = 4
latency = empirical(times.txt)
[file data]
disk = ada0
[process load]
file = data
depth = 4
requests = 50
[sweep]
vfs.aio.max_aio_procs = 1, 2, 4
process load.size = 4k, uniform(1k, 64k)
"""
REPS = ("--reps", "2")


class Work(unittest.TestCase):
    """A directory with a scenario in it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="aiosim-workplace-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        self.write("six.ini", SCENARIO)
        self.write("times.txt", "1ms\n2ms\n")

    def write(self, name, text):
        (self.dir / name).write_text(text, encoding="utf-8")

    def aiosim(self, *arguments, status=0):
        """What a command prints, or its complaint if it is to fail."""
        done = subprocess.run([AIOSIM, *arguments], cwd=self.dir, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        if status:
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr if status else done.stdout

    def sweep(self, out, *arguments):
        return self.aiosim("sweep", "six.ini", "--world", "heap", *REPS,
                           "--out", out, *arguments)

    def parts(self, *ranges):
        for points in ranges:
            self.sweep(points, "--points", points)
        return ranges

    def edit(self, path, change):
        """Changes a file of JSON by a function."""
        path = self.dir / path
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    def replace(self, path, old, new):
        path = self.dir / path
        text = path.read_text(encoding="utf-8")
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def files(self, out):
        """Every file below a directory but what tells of the machine."""
        return {str(path.relative_to(self.dir / out)): path.read_bytes()
                for path in (self.dir / out).rglob("*")
                if path.is_file() and path.name != "timing.json"}
