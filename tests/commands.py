#!/usr/bin/python3
"""What commands and scripts say: of wrong command lines, when they are asked for
help, and in tables.

usage: commands.py AIOSIM SOURCE_DIR
"""

import os
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.abspath(sys.argv.pop(2))
AIOSIM = os.path.abspath(sys.argv.pop(1))
SCENARIO = os.path.join(SOURCE, "scenarios", "example.ini")
KERNELS = ("--kernels", "freebsd-12.2,netbsd")


class Numbers(unittest.TestCase):
    def expect(self, message, command, option, value, *more):
        """One line that names the option; and no file anywhere."""
        with tempfile.TemporaryDirectory() as directory:
            done = subprocess.run(
                [AIOSIM, command, SCENARIO, f"--{option}={value}", *more],
                cwd=directory, capture_output=True, text=True, check=False,
                timeout=60)
            self.assertEqual(os.listdir(directory), [])
        self.assertEqual(done.stderr,
                         f"aiosim {command}: --{option}: {message}\n")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_a_number_out_of_range_is_told_the_range(self):
        for told, command, option, value, *more in [
                ("1..10000", "sweep", "reps", "0"),
                ("1..10000", "sweep", "reps", "99999999999"),
                ("1..1024", "sweep", "jobs", "-1"),
                ("1..10000", "compare", "reps", "10001", *KERNELS),
                ("0..9223372036854775807", "run", "seed", "-1"),
                ("0..9223372036854775807", "calibrate", "seed", "-1"),
                ("0ns..3600s", "crosscheck", "resolution", "3601s"),
                ("1ns..86400s", "run", "grace", "0s", "--world=real")]:
            self.expect(f"'{value}' is out of range, expected {told}",
                        command, option, value, *more)

    def test_what_is_no_number_is_told_what_is_expected(self):
        integer = "an integer, such as 32"
        time = "a time with its unit (ns, us, ms, s), such as 80us or 1.5s"
        for told, command, option, value, *more in [
                (integer, "sweep", "reps", "2.5"),
                (integer, "sweep", "jobs", "all"),
                (integer, "compare", "reps", "1k", *KERNELS),
                (integer, "sweep", "seed", ""),
                (time, "crosscheck", "resolution", "100"),
                ("a number from 0 to 1, such as 0.1", "crosscheck",
                 "tolerance", "10%"),
                ("a number from 0.02 to 3600, such as 1", "calibrate",
                 "seconds", "1s")]:
            self.expect(f"expected {told}, not '{value}'", command, option,
                        value, *more)


class Tables(unittest.TestCase):
    def test_ten_times_as_much_is_told_as_a_factor(self):
        with tempfile.TemporaryDirectory() as directory:
            table = subprocess.run(
                [AIOSIM, "compare", SCENARIO, *KERNELS, "--reps=2",
                 "--world=heap", "--set=scenario.duration=2s"],
                cwd=directory, capture_output=True, text=True, check=True,
                timeout=60).stdout
        self.assertRegex(table, r"latency, p50 .* x[0-9,.]+ ± [0-9,.]+\n")
        self.assertRegex(table, r"accepted .* -[0-9.]+ ± [0-9.]+ %\n")
        self.assertNotRegex(table, r"\+[0-9]{4}.* %")


class Scripts(unittest.TestCase):
    @staticmethod
    def each(*arguments):
        """What each script comes to, called from somewhere else."""
        folder = os.path.join(SOURCE, "scripts")
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isdir(path) or not os.access(path, os.X_OK):
                continue
            yield name, subprocess.run(
                [path, *arguments], cwd="/", capture_output=True, text=True,
                check=False, timeout=60)

    def test_every_script_answers_help_with_its_usage(self):
        for name, done in self.each("--help"):
            self.assertEqual((name, done.returncode, done.stderr),
                             (name, 0, ""))
            self.assertRegex(done.stdout.splitlines()[0],
                             rf"^(usage: )?(scripts/)?{name}\b")

    def test_an_unknown_option_is_one_line_and_exit_2(self):
        for name, done in self.each("--bogus"):
            self.assertEqual((name, done.returncode, done.stdout),
                             (name, 2, ""))
            self.assertRegex(done.stderr,
                             rf"^{name}: .*; see (scripts/)?{name} --help\n$")


if __name__ == "__main__":
    unittest.main()
