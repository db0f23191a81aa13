#!/usr/bin/python3
"""Directories read again: reports.py AIOSIM

What aiosim report prints of a directory is what its command printed, or a line
on what was done to its files.
"""

import json
import os
import subprocess
import unittest

from workplace import AIOSIM, Work


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
