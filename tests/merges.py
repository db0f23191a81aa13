#!/usr/bin/python3
"""Sweeps in parts: merges.py AIOSIM

What aiosim merge makes of the parts of a sweep is the whole sweep to the byte,
or it says in a line why the parts are none.
"""

import os
import shutil
import signal
import subprocess
import time
import unittest

from workplace import AIOSIM, REPS, SCENARIO, Work


class Merging(Work):
    def refuses(self, *parts, saying):
        error = self.aiosim("merge", *parts, "--out", "merged", status=2)
        self.assertIn(saying, error)
        self.assertFalse((self.dir / "merged").exists())

    def test_parts_are_the_whole_to_the_byte(self):
        printed = self.sweep("whole")
        merged = self.aiosim("merge", *self.parts("6", "2-5", "1"),
                             "--out", "merged")
        self.assertEqual(merged, printed)
        whole = self.files("whole")
        self.assertEqual(len(whole), 2 + 6 * 2)
        self.assertEqual(self.files("merged"), whole)
        for name in whole:
            if name.endswith("summary.json"):
                timing = self.dir / "merged" / name
                self.assertTrue((timing.parent / "timing.json").exists())

    def test_whole_is_its_own_merger(self):
        self.sweep("whole")
        self.aiosim("merge", "whole", "--out", "merged", "--quiet")
        self.assertEqual(self.files("merged"), self.files("whole"))

    def test_points_that_nobody_has_are_named(self):
        self.refuses(*self.parts("2", "4"), saying="none of 1, 3, 5-6; ")

    def test_point_that_two_have_is_named(self):
        self.refuses(*self.parts("1-4", "2", "5-6"),
                     saying="2: holds point 2, which 1-4 holds, too")
        self.refuses("2", "2", saying="2: holds point 2, which 2 holds")

    def test_parts_of_different_sweeps_are_refused(self):
        first, = self.parts("1-3")
        cases = (
            (("--seed", "7"), "has seed 7, but 1-3 has 1;"),
            (("--kernel", "freebsd-13"),
             "has kernel freebsd-13, but 1-3 has freebsd-12.2;"),
            (("--world", "simgrid"), "has world simgrid, but 1-3 has heap;"),
            (("--reps", "1"), "has 1 replications a point, but 1-3 has 2;"),
            (("--set", "vfs.aio.max_aio_procs=1,3,4"),
             "is of a sweep over other values than 1-3;"),
            (("--set", "disk ada0.channels=5"),
             "was made from another scenario than 1-3:"),
        )
        for arguments, saying in cases:
            with self.subTest(arguments):
                self.sweep("rest", "--points", "4-6", *arguments)
                self.refuses(first, "rest", saying="rest: " + saying)

    def test_parts_of_different_files_are_refused(self):
        first, = self.parts("1-3")
        same = "was made from another scenario than 1-3:"
        self.replace("six.ini", "requests = 50", "requests = 51")
        self.refuses(first, *self.parts("4-6"), saying=same)
        self.replace("six.ini", "requests = 51", "requests = 50")
        self.replace("times.txt", "2ms", "3ms")
        self.refuses(first, *self.parts("4-6"), saying=same)
        shutil.copy(self.dir / "six.ini", self.dir / "seven.ini")
        self.aiosim("sweep", "seven.ini", "--world", "heap", *REPS, "--out",
                    "seven", "--points", "4-6")
        self.refuses(first, "seven", saying="has scenario seven, but 1-3 has")

    def test_trace_is_a_part_of_the_scenario(self):
        self.replace("six.ini", "depth = 4\nrequests = 50", "trace = six.log")
        self.replace("six.ini", "process load.size = 4k, uniform(1k, 64k)", "")
        log = ("fio version 3 iolog\n0 data add\n0 data open\n"
               "5000 data read 0 4096\n90000 data read 4096 4096\n"
               "91000 data close\n")
        self.write("six.log", log)
        first, = self.parts("1-2")
        self.write("six.log", log.replace("4096 4096", "4096 8192"))
        self.refuses(first, *self.parts("3"),
                     saying="was made from another scenario than 1-2:")
        self.write("six.log", log)
        self.aiosim("merge", first, *self.parts("3"), "--out", "merged")

    def test_other_version_is_refused(self):
        parts = self.parts("1-3", "4-6")
        self.edit("4-6/sweep.json", lambda j: j.update(version="0.0"))
        self.refuses(*parts, saying="4-6: has version 0.0, but 1-3 has ")

    def test_part_that_is_not_whole_is_refused(self):
        parts = self.parts("1-3", "4-6")
        run = self.dir / "4-6" / ("vfs.aio.max_aio_procs=4,"
                                  "process_load.size=4k") / "rep-1"
        for name in ("summary.json", "timing.json"):
            whole = (run / name).read_bytes()
            os.unlink(run / name)
            self.refuses(*parts, saying=f"rep-1/{name}: No such file")
            (run / name).write_bytes(whole[:50])
            self.refuses(*parts, saying=f"rep-1/{name}:")
            (run / name).write_bytes(whole)
        self.replace("1-3/sweep.csv", "2,4k,2,", "2,4k,1,")
        self.refuses(*parts, saying="1-3: point 3 was not played to its end;")
        self.refuses("4-6", "no", saying="no/sweep.json: No such file")

    def test_row_that_is_missing_is_a_point_not_played(self):
        parts = self.parts("1-3", "4-6")
        path = self.dir / "4-6" / "sweep.csv"
        lines = path.read_text(encoding="utf-8").splitlines(True)
        path.write_text("".join(lines[:2] + lines[3:]), encoding="utf-8")
        self.refuses(*parts, saying="4-6: point 5 was not played to its end;")

    def test_run_of_another_place_or_sweep_is_refused(self):
        parts = self.parts("1-3", "4-6")
        self.sweep("other", "--points", "4-6", "--seed", "77")
        label = "vfs.aio.max_aio_procs=4,process_load.size=4k/"
        place = self.dir / "4-6" / label
        shutil.copytree(self.dir / "other" / label / "rep-0",
                        place / "rep-0", dirs_exist_ok=True)
        self.refuses(*parts, saying="rep-0/summary.json: seed: not that of")
        shutil.copytree(place / "rep-1", place / "rep-0", dirs_exist_ok=True)
        self.refuses(*parts, saying="rep-0/summary.json: replication: not ")
        summary = "4-6/" + label + "rep-1/summary.json"
        whole = (self.dir / summary).read_bytes()
        self.sweep("4-6", "--points", "4-6")
        for key, value in (("scenario", "seven"), ("kernel", "freebsd-13"),
                           ("world", "simgrid"), ("version", "0.0"),
                           ("interrupted", True)):
            with self.subTest(key):
                self.edit(summary, lambda j, k=key, v=value: j.update({k: v}))
                self.refuses(*parts, saying=f"rep-1/summary.json: {key}: ")
                (self.dir / summary).write_bytes(whole)
        self.aiosim("merge", *parts, "--out", "merged")

    def test_kernel_and_seed_may_be_swept(self):
        os.rename(self.dir / "six.ini", self.dir / "\udcff.ini")
        for key in ("kernel.name=freebsd-12.2,netbsd", "scenario.seed=1,2",
                    " kernel.name = netbsd,freebsd-13"):
            with self.subTest(key):
                printed = self.aiosim(
                    "sweep", "\udcff.ini", "--world", "heap", "--out", "by",
                    "--set", key)
                self.assertEqual(printed, self.aiosim(
                    "merge", "by", "--out", "merged"))

    def test_parts_are_not_written_over(self):
        parts = self.parts("1-3", "4-6")
        before = self.files("1-3")
        run = next((self.dir / "1-3").rglob("rep-1"))
        os.symlink(run.parent, self.dir / "link")
        for out in ("./1-3/", run, "1-3/new/er", "link/rep-0", "link/new",
                    "absent/../1-3/new"):
            with self.subTest(out):
                self.assertIn("lies in, the part 1-3; ", self.aiosim(
                    "merge", *parts, "--out", out, status=2))
                self.assertEqual(self.files("1-3"), before)
                self.assertEqual(list((self.dir / "1-3").rglob("new")), [])

    def test_file_in_place_of_the_directory_is_refused(self):
        self.sweep("whole")
        for command in (("merge", "whole"), ("sweep", "six.ini")):
            self.assertIn("six.ini: ", self.aiosim(
                *command, "--out", "six.ini", status=2))

    def test_name_that_holds_a_line_end_makes_no_two_lines(self):
        os.mkdir(self.dir / "a\nb")
        os.rename(self.dir / "six.ini", self.dir / "a\nb.ini")
        self.aiosim("report", "a\nb", status=2)
        self.aiosim("merge", "a\nb", "--out", "merged", status=2)
        for more in (("--points", "7"), ("--set", "disk ada0.channels=1,1"),
                     ("--out", "a\nb.ini")):
            self.aiosim("sweep", "a\nb.ini", *more, status=2)
        self.aiosim("sweep", "a\nb.ini", "--world", "heap", "--out", "a\nb")
        self.aiosim("merge", "a\nb", "--out", "a\nb", status=2)
        self.aiosim("run", "a\nb.ini", "--out", "a\nb.ini", status=2)

    def test_empty_name_of_the_output_is_refused(self):
        both = ("--kernels", "freebsd-12.2,netbsd")
        for command in (("run", "six.ini"), ("sweep", "six.ini"),
                        ("crosscheck", "six.ini"), ("merge", "six"),
                        ("compare", "six.ini", *both)):
            with self.subTest(command):
                self.assertIn("--out: the name is empty; ", self.aiosim(
                    command[0], "--out", "", *command[1:], status=2))

    def test_usage(self):
        self.assertIn("--out DIR", self.aiosim("merge", "a", status=2))
        self.assertIn("name the directories",
                      self.aiosim("merge", "--out", "a", status=2))


class Failing(Work):
    """No table stays beside runs that it does not tell of."""

    def block(self, out):
        """A later point cannot be written: a file has its folder's name."""
        folder = self.dir / out / ("vfs.aio.max_aio_procs=4,"
                                   "process_load.size=4k")
        shutil.rmtree(folder)
        folder.write_text("", encoding="utf-8")

    def is_no_sweep(self, out):
        self.assertIn("neither a run", self.aiosim("report", out, status=2))
        self.assertIn("sweep.json: No such file", self.aiosim(
            "merge", out, "--out", "merged", status=2))
        self.assertNotEqual(list((self.dir / out).rglob("summary.json")), [])

    def test_sweep_that_fails_leaves_no_older_table(self):
        self.sweep("whole")
        self.block("whole")
        self.assertIn("move away the file", self.aiosim(
            "sweep", "six.ini", "--world", "heap", "--out", "whole",
            "--seed", "2", "--jobs", "1", status=2))
        self.is_no_sweep("whole")

    def test_merger_that_fails_leaves_no_older_table(self):
        self.sweep("whole")
        self.block("whole")
        self.sweep("part", "--seed", "2")
        self.assertIn("move away the file", self.aiosim(
            "merge", "part", "--out", "whole", status=3))
        self.is_no_sweep("whole")

    def test_sweep_that_cannot_begin_leaves_what_was_there(self):
        self.sweep("whole")
        before = self.files("whole")
        self.write("six.ini", SCENARIO.replace("depth = 4", "depth = x"))
        self.aiosim("sweep", "six.ini", "--out", "whole", status=2)
        self.assertEqual(self.files("whole"), before)
        self.aiosim("merge", "part", "--out", "whole", status=2)
        self.assertEqual(self.files("whole"), before)


class Points(Work):
    def test_list_numbers_the_points(self):
        lines = self.sweep("none", "--list").splitlines()
        self.assertEqual(len(lines), 6)
        self.assertEqual(lines[1], "2\tvfs.aio.max_aio_procs=1\t"
                         "process load.size=uniform(1k, 64k)")
        self.assertEqual(
            self.sweep("none", "--list", "--points", "5-6").splitlines(),
            lines[4:])
        self.assertFalse((self.dir / "none").exists())

    def test_interrupt_ends_the_checking_of_points(self):
        values = ",".join(map(str, range(1, 301)))
        process = subprocess.Popen(
            [AIOSIM, "sweep", "six.ini", "--list", "--set",
             "disk ada0.channels=" + values, "--set",
             "process load.requests=" + values],
            cwd=self.dir, stdout=subprocess.DEVNULL)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        try:
            self.assertEqual(process.wait(timeout=10), -signal.SIGINT)
        finally:
            process.kill()
            process.wait()

    def refuses(self, saying, *sets):
        arguments = [word for each in sets for word in ("--set", each)]
        self.assertIn("six.ini: " + saying, self.aiosim(
            "sweep", "six.ini", "--points", "1", *arguments, status=2))

    def test_points_have_folders_of_their_own(self):
        self.refuses("points 1 and 2 would have the same folder; ",
                     "scenario.question=a b,a_b", "process load.size=4k,8k",
                     "vfs.aio.max_aio_procs=1,2")
        self.refuses("disk ada0.channels: the value 2 is given twice; ",
                     "disk ada0.channels=1,2,2")

    def test_name_of_a_folder_has_a_length(self):
        length = 255 - len("vfs.aio.max_aio_procs=1,process_load.size=4k,"
                           "scenario.question=")
        key = "scenario.question=x,"
        self.sweep("long", "--points", "2", "--set", key + length * "y",
                   "--set", "vfs.aio.max_aio_procs=1,2",
                   "--set", "process load.size=4k,8k")
        self.refuses("point 2: its values are too long for the name of a ",
                     "vfs.aio.max_aio_procs=1,2", "process load.size=4k,8k",
                     key + (length + 1) * "y")

    def test_part_has_a_directory_of_its_own(self):
        self.aiosim("sweep", "six.ini", "--world", "heap", "--points", "2")
        self.assertEqual(os.listdir(self.dir / "results"), ["six-points-2"])

    def test_what_is_no_range_of_points_is_refused(self):
        for points in ("0", "2-1", "2000000", "x", "1-", "-1", "", "1-2-3", "1,2"):
            with self.subTest(points):
                self.assertIn("is no range from 1 to 1000000", self.aiosim(
                    "sweep", "six.ini", "--points", points, status=2))
        self.assertIn("--points 6-7: the sweep has 6; see --list", self.aiosim(
            "sweep", "six.ini", "--points", "6-7", status=2))


if __name__ == "__main__":
    unittest.main()
