#!/usr/bin/python3
"""POSIX's assertions about <aio.h> under the C library and the preload library:
where the former passes, the latter passes, but for what README.md lists.

usage: test_conform.py BUILD_DIR
"""

import os
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build")
LIBRARY = os.path.join(BUILD, "libaiosim-posix.so")
PROGRAM = os.path.join(BUILD, "tests", "posix", "posix_conform")
README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                      "sim", "posix", "README.md")

# What differs as FreeBSD differs; with a node that lets it pass, if there is.
DIFFERENT = {
    "aio_suspend/9": None,
    "aio_cancel/9b": None,
    "lio_listio/13c": None,
    "libc/pipe": "vfs.aio.enable_unsafe=1",
    "libc/pipe-cancel": "vfs.aio.enable_unsafe=1",
}


def run(*arguments, **variables):
    """{case: what did not hold, or None} under an environment."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True,
                          env=dict(os.environ, **variables), text=True,
                          check=True, timeout=120)
    verdicts = {}
    for line in done.stdout.splitlines():
        name, verdict, *rest = line.split(" ", 2)
        verdicts[name] = None if verdict == "PASS" else "".join(rest)
    return verdicts


class Conformance(unittest.TestCase):
    def test_where_the_c_library_passes_ours_does(self):
        libc, ours = run(), run(LD_PRELOAD=LIBRARY)
        self.assertGreater(len(libc), 70)
        self.assertEqual(set(libc), set(ours))
        worse = {name: ours[name] for name in ours
                 if ours[name] and not libc[name] and name not in DIFFERENT}
        self.assertEqual(worse, {})
        better = [name for name in DIFFERENT if not ours[name]]
        self.assertEqual(better, [])

    def test_a_node_makes_the_difference(self):
        for name, node in DIFFERENT.items():
            if node is None:
                continue
            with tempfile.NamedTemporaryFile("w", suffix=".conf") as sysctl:
                print(node, file=sysctl, flush=True)
                ours = run(name, LD_PRELOAD=LIBRARY, AIOSIM_SYSCTL=sysctl.name)
            self.assertEqual(ours, {name: None})

    def test_each_difference_is_documented(self):
        with open(README, encoding="utf-8") as readme:
            text = readme.read()
        for name in DIFFERENT:
            self.assertIn(f"`{name}`", text)


unittest.main()
