#!/usr/bin/python3
"""What commands leave in directories: directories.py AIOSIM

What aiosim merge makes of the parts of a sweep is the whole sweep to the byte,
or it says in a line why the parts are none; what aiosim report prints of a
directory is what its command printed, or a line on what was done to its files.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
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
        directory = tempfile.TemporaryDirectory(prefix="aiosim-directories-")
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


class Reporting(Work):
    def refuses(self, saying):
        error = self.aiosim("report", "2-4", status=2)
        self.assertIn(saying, error)

    def test_report_prints_what_the_sweep_printed(self):
        self.assertEqual(self.sweep("whole"), self.aiosim("report", "whole"))
        printed = self.sweep("2-4", "--points", "2-4")
        self.assertEqual(printed, self.aiosim("report", "2-4"))
        self.assertIn("2 replications a point, points 2 to 4 of 6\n", printed)

    def test_what_was_not_played_is_said(self):
        self.parts("2-4")
        path = self.dir / "2-4" / "sweep.csv"
        lines = path.read_text(encoding="utf-8").splitlines(True)
        lines[2] = lines[2].replace("2,4k,2,", "2,4k,1,")
        path.write_text("".join(lines[:3]), encoding="utf-8")
        printed = self.aiosim("report", "2-4")
        self.assertIn("1 of 2 replications done\n", printed)
        self.assertIn("2, uniform(1k, 64k) was not played", printed)

    def test_table_that_was_edited_is_refused(self):
        self.parts("2-4")
        text = (self.dir / "2-4" / "sweep.csv").read_text(encoding="utf-8")
        lines = text.splitlines(True)
        fields = lines[1].split(",")
        cases = (
            ("", "sweep.csv:1: not the head"),
            (text[:-1], "sweep.csv:4: the line is cut"),
            (lines[1], "sweep.csv:1: not the head"),
            (lines[0] + lines[2] + lines[1], "sweep.csv:3: not the row"),
            (lines[0] + lines[1] + lines[1], "sweep.csv:3: not the row"),
            (lines[0] + lines[2].replace(",2,", ",3,", 1), ":2: not the row"),
            (lines[0] + lines[2].replace(",2,", ",0,", 1), ":2: not the row"),
            (lines[0] + ",".join(fields[:-1]) + "\n", ":2: not the row"),
            (text.replace(fields[6], "nan", 1), ":2: not the row"),
            (text.replace(fields[6], "1x", 1), ":2: not the row"),
            ("\0" + text, "sweep.csv:1: a NUL byte"),
        )
        for content, saying in cases:
            with self.subTest(saying):
                self.write("2-4/sweep.csv", content)
                self.refuses(saying)

    def test_every_field_of_the_part_is_needed(self):
        self.parts("2-4")
        whole = (self.dir / "2-4" / "sweep.json").read_text(encoding="utf-8")
        for key in json.loads(whole):
            with self.subTest(key):
                self.edit("2-4/sweep.json", lambda j, k=key: j.pop(k))
                self.refuses(f"sweep.json: {key}: ")
                self.write("2-4/sweep.json", whole)
        cases = (
            ("schema", 2, "schema: expected 1"),
            ("reps", 0, "reps: "), ("reps", 10001, "reps: "),
            ("first_point", 0, "first_point: "),
            ("last_point", 7, "last_point: "),
            ("last_point", 1, "last_point: "),
            ("axes", {}, "axes: expected 1 to "),
            ("axes", {"a": []}, "axes.a: no values"),
            ("axes", {"a": [1]}, "axes.a[0]: expected a string"),
            ("axes", {"a": ["\x1b"]}, "axes.a[0]: a control character"),
            ("axes", {k: ["x"] * 100 for k in "abcde"}, "axes: expected 1 to"),
        )
        for key, value, saying in cases:
            with self.subTest(key=key, value=str(value)[:20]):
                self.edit("2-4/sweep.json",
                          lambda j, k=key, v=value: j.update({k: v}))
                self.refuses("sweep.json: " + saying)
                self.write("2-4/sweep.json", whole)
        self.write("2-4/sweep.json", whole[:100])
        self.refuses("sweep.json:")

    def test_run_is_reported_as_it_was_printed(self):
        run = ("run", "six.ini", "--world", "heap", "--out", "run")
        printed = self.aiosim(*run)
        self.assertEqual(self.aiosim("report", "run"), printed)
        # The run may have taken more memory since it wrote timing.json.
        printed = self.aiosim(*run, "--json").split('  "timing"')[0]
        reported = self.aiosim("report", "--json", "run")
        self.assertTrue(reported.startswith(printed + '  "timing"'))
        timing = json.loads(
            (self.dir / "run" / "timing.json").read_text(encoding="utf-8"))
        self.assertEqual(json.loads(reported)["timing"], timing)

    def test_comparison_is_reported_as_it_was_printed(self):
        compare = ("compare", "six.ini", "--world", "heap", "--kernels",
                   "freebsd-12.2,netbsd", "--out", "both")
        for reps in ("1", "3", "2"):
            printed = self.aiosim(*compare, "--reps", reps)
            self.assertEqual(self.aiosim("report", "both"), printed)
            printed = self.aiosim(*compare, "--reps", reps, "--json")
            self.assertEqual(self.aiosim("report", "both", "--json"), printed)

    def test_comparison_that_was_edited_is_refused(self):
        self.aiosim("compare", "six.ini", "--world", "heap", "--kernels",
                    "freebsd-12.2,netbsd", "--out", "both", "--reps", "2")
        foreign = "not of the comparison in compare.json"
        cases = (
            ("compare.json", lambda j: j.pop("schema"), "schema: expected 1"),
            ("compare.json", lambda j: j.update(replications=0),
             "replications: expected"),
            ("compare.json", lambda j: j.update(replications=3),
             "replication-2/summary.json: No such file"),
            ("compare.json", lambda j: j["kernels"].pop("netbsd"),
             "kernels: expected two"),
            ("compare.json", lambda j: j["kernels"].update(plan9={}),
             "kernels.plan9: no kernel"),
            ("netbsd/summary.json", lambda j: j.update(seed=3), foreign),
            ("netbsd/replication-1/summary.json",
             lambda j: j.update(replication=0), foreign),
            ("netbsd/replication-1/summary.json",
             lambda j: j.update(kernel="freebsd-12.2"), foreign),
            ("netbsd/replication-1/summary.json",
             lambda j: j.pop("latency_ns"), "latency_ns.total.count: missing"),
        )
        for name, change, saying in cases:
            with self.subTest(saying):
                path = self.dir / "both" / name
                whole = path.read_bytes()
                self.edit(path, change)
                self.assertIn(saying, self.aiosim("report", "both", status=2))
                path.write_bytes(whole)

    def crosscheck(self, *arguments):
        """What it prints; it may find that the host is slow."""
        done = subprocess.run(
            [AIOSIM, "crosscheck", "six.ini", "--out", "real", *arguments],
            cwd=self.dir, text=True, capture_output=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.stdout

    def test_crosscheck_is_reported_as_it_was_printed(self):
        for arguments in (("--facts",), (), ("--model-tolerance", "0.5")):
            with self.subTest(arguments):
                printed = self.crosscheck(*arguments)
                self.assertEqual(self.aiosim("report", "real"), printed)
                self.assertEqual("\nModel: " in printed,
                                 arguments != ("--facts",))
        printed = self.crosscheck("--json")
        self.assertEqual(self.aiosim("report", "real", "--json"), printed)

    def test_crosscheck_that_was_edited_is_refused(self):
        self.crosscheck()
        name = "real/crosscheck.json"
        whole = (self.dir / name).read_bytes()

        def first(document):
            return document["comparisons"][1]["findings"][0]

        where = "comparisons[1].findings[0]."
        cases = (
            (lambda j: j.update(schema=2), "schema: expected 1"),
            (lambda j: j.pop("question"), "question: missing"),
            (lambda j: j.pop("requests_accepted"), "requests_accepted: miss"),
            (lambda j: j.pop("lateness_ns"), "lateness_ns.count: missing"),
            (lambda j: j["comparisons"].pop(), None),
            (lambda j: j.update(comparisons=[]), "comparisons: expected two"),
            (lambda j: j["comparisons"][1].pop("judged"), "[1].judged: miss"),
            (lambda j: j["comparisons"][1].update(remarks=["\x1b"]),
             "comparisons[1].remarks[0]: a control character"),
            (lambda j: first(j).pop("label"), where + "label: missing"),
            (lambda j: first(j).update(unit="x"), where + "unit: 'x' is none"),
            (lambda j: first(j).pop("difference"), where + "difference: miss"),
            (lambda j: first(j).update(other="1"), where + "other: expected"),
            (lambda j: first(j).update(verdict="?"), where + "verdict: '?'"),
        )
        for change, saying in cases:
            with self.subTest(saying):
                self.edit(name, change)
                if saying:
                    error = self.aiosim("report", "real", status=2)
                    self.assertIn("crosscheck.json: ", error)
                    self.assertIn(saying, error)
                else:
                    self.aiosim("report", "real")
                (self.dir / name).write_bytes(whole)

    def test_what_is_no_such_directory_is_refused(self):
        os.mkdir(self.dir / "empty")
        for place, saying in (("none", "no such directory"),
                              ("six.ini", "is a file; name its"),
                              ("x" * 300, "File name too long; "),
                              ("empty", "neither a run")):
            with self.subTest(place):
                self.assertIn(f"{place}: {saying}",
                              self.aiosim("report", place, status=2))


if __name__ == "__main__":
    unittest.main()
