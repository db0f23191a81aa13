#!/usr/bin/python3
"""Tests of scripts/plot and scripts/headline on small made-up results."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                       "scripts")
sys.path.insert(0, SCRIPTS)

# pylint: disable=wrong-import-position
import numpy  # noqa: E402

from plots import (  # noqa: E402
    compare, data, latency, lanes, pool, style, sweep)

REQUESTS = ("id,process,call,fd,offset_bytes,size_bytes,attempt,arrival_ns,"
            "submit_ns,start_ns,device_start_ns,finish_ns,collect_ns,daemon,"
            "status,errno,limit").split(",")
SERIES = ("time_ns,num_aio_procs,busy_aio_procs,num_queue_count,waiting,"
          "num_buf_aio,num_unmapped_aio,so_num_procs").split(",")
SWEEP = ("vfs.aio.max_aio_procs,reps,throughput_per_s,throughput_ci,"
         "latency_p50_ns,latency_p50_ci,latency_p90_ns,latency_p90_ci,"
         "latency_p99_ns,latency_p99_ci,refused_share,refused_share_ci"
         ).split(",")


def request(number, arrival, start, finish, daemon="aiod1"):
    return [number, "db.1", "aio_read", 3, 0, 4096, 1, arrival, arrival, start,
            start, finish, finish + 5, daemon, 4096, "", ""]


def refusal(number, arrival):
    return [number, "db.1", "aio_read", 3, 0, 4096, 1, arrival, arrival, "", "",
            "", "", "", -1, "EAGAIN", "vfs.aio.max_aio_queue"]


def point(size, p99, refused=0):
    return [size, 1, 1000, "", p99 // 4, "", p99 // 2, "", p99, "", refused, ""]


class PlotTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = folder.name

    def path(self, name):
        return os.path.join(self.directory, name)

    def write_table(self, name, header, rows):
        with open(self.path(name), "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])

    def write_run(self, requests=None, series=None, **summary):
        with open(self.path("summary.json"), "w", encoding="utf-8") as file:
            json.dump({"schema": 1, "scenario": "test", **summary}, file)
        if requests is not None:
            self.write_table("requests.csv", REQUESTS, requests)
        if series is not None:
            self.write_table("series.csv", SERIES, series)

    def call(self, script, *arguments):
        return subprocess.run(
            ["/usr/bin/python3", os.path.join(SCRIPTS, script), *arguments],
            capture_output=True, text=True, check=False)

    def draws(self, *names, arguments=()):
        """Plots the directory, and expects exactly these pictures."""
        done = self.call("plot", self.directory, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        wanted = [self.path(f"{name}.{suffix}") for name in names
                  for suffix in ("png", "svg")]
        self.assertEqual(done.stdout.split(), wanted)
        for path in wanted:
            self.assertGreater(os.path.getsize(path), 1000)

    def refuses(self, message, *arguments, script="plot"):
        """Expects one line on stderr that holds `message`, and status 2."""
        done = self.call(script, *(arguments or (self.directory,)))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(message, done.stderr)


class Runs(PlotTest):
    def test_run_gives_three_figures(self):
        self.write_run([request(1, 0, 10, 90), refusal(2, 20),
                        request(3, 30, 95, 300, "aiod2")],
                       [[0, 1, 1, 1, 0, 0, 0, 0], [300, 2, 0, 0, 0, 0, 0, 0]],
                       sysctl={"vfs.aio.max_aio_procs": 2})
        self.draws("latency", "pool", "lanes")

    def test_one_row_is_drawn(self):
        self.write_run([request(1, 0, 10, 90)], [[0, 1, 0, 0, 0, 0, 0, 0]])
        self.draws("latency", "pool", "lanes")

    def test_no_row_is_drawn(self):
        self.write_run([], [])
        self.draws("latency", "pool", "lanes")

    def test_nothing_finished_is_drawn(self):
        self.write_run([refusal(1, 7)], [[7, 0, 0, 0, 0, 0, 0, 0]])
        self.draws("latency", "pool", "lanes")

    def test_all_at_one_instant_is_drawn(self):
        self.write_run([request(1, 0, 0, 0)], [[0, 1, 0, 0, 0, 0, 0, 0]])
        self.draws("latency", "pool", "lanes")

    def test_raw_disk_requests_need_no_daemon(self):
        self.write_run([request(1, 0, 0, 50, ""), request(2, 0, 10, 60, "")])
        self.draws("latency", "lanes")

    def test_run_without_requests_gives_pool(self):
        self.write_run(None, [[0, 1, 1, 1, 0, 0, 0, 0]])
        self.draws("pool")

    def test_requests_that_never_end_have_lanes(self):
        hung = request(1, 0, 10, 20)
        hung[11:13] = ["", ""]
        self.write_run([hung], simulated_ns=90)
        shown = lanes.served_until(data.read_requests(self.directory), 90)
        self.assertEqual(list(shown["finish_ns"]), [90])
        self.draws("latency", "lanes")

    def test_window_can_be_chosen(self):
        self.write_run([request(1, 0, 10, 90)])
        self.draws("latency", "lanes", arguments=("--window", "0us", "1us"))

    def test_svg_is_the_same_each_time(self):
        self.write_run([request(1, 0, 10, 90), request(2, 5, 10, 70)])
        pictures = []
        for _ in range(2):
            self.draws("latency", "lanes")
            with open(self.path("latency.svg"), "rb") as file:
                pictures.append(file.read())
        self.assertEqual(*pictures)


class Sweeps(PlotTest):
    def test_sweep_gives_one_figure(self):
        self.write_table("sweep.csv", SWEEP, [point(1, 900), point(2, 400)])
        self.draws("sweep")

    def test_missing_metrics_are_left_out(self):
        self.write_table("sweep.csv", ["disk ada0.latency", "reps"],
                         [["80us", 1], ["90us", 1]])
        self.draws("sweep")

    def test_two_keys_give_columns(self):
        self.write_table("sweep.csv", ["scenario.seed"] + SWEEP,
                         [[seed] + point(size, 900) for seed in (1, 2)
                          for size in (1, 2, 4)])
        self.draws("sweep")

    def test_point_without_finished_requests_is_left_out(self):
        empty = [1, 1, 0] + [""] * 7 + [1, ""]
        self.write_table("sweep.csv", SWEEP, [empty, point(2, 400)])
        self.draws("sweep")

    def write_point(self, folder, question):
        os.makedirs(self.path(folder))
        with open(self.path(f"{folder}/summary.json"), "w",
                  encoding="utf-8") as file:
            json.dump({"question": question, "scenario": "load",
                       "kernel": "freebsd-12.2"}, file)

    def test_question_is_that_of_the_sweeps_own_points(self):
        self.write_table("sweep.csv", ["disk ada0.latency"] + SWEEP,
                         [["80us"] + point(2, 400)])
        self.write_point("an-earlier-sweep=1/rep-0", "Not this?")
        self.assertEqual(data.Sweep(self.directory).question, "")
        self.write_point(
            "disk_ada0.latency=80us,vfs.aio.max_aio_procs=2/rep-1", "This?")
        self.assertEqual(data.Sweep(self.directory).question, "This?")

    def test_title_says_what_was_swept(self):
        self.write_table("sweep.csv", SWEEP, [point(2, 400)])
        self.write_point("vfs.aio.max_aio_procs=2/rep-0", "")
        sweeps = [data.Sweep(self.directory)]
        title = sweep.what_was_swept(sweeps)
        self.assertEqual(title, "vfs.aio.max_aio_procs swept in load")
        self.assertEqual(sweep.subtitle(sweeps, "How many?"),
                         f"{title}, freebsd-12.2; one run a point")
        self.assertNotIn(title, sweep.subtitle(sweeps, title))
        self.draws("sweep")

    def test_headline_names_smallest_pool_within_ten_percent(self):
        self.write_table("sweep.csv", SWEEP, [
            point(1, 9000, 0.5), point(2, 1099), point(4, 1000)])
        done = self.call("headline", self.directory)
        self.assertIn("max_aio_procs = 2 suffices: p99 1.1 µs, refused none",
                      done.stdout)

    def test_headline_leaves_out_worse_pool(self):
        self.write_table("sweep.csv", SWEEP, [point(2, 1101), point(4, 1000)])
        done = self.call("headline", self.directory)
        self.assertIn("max_aio_procs = 4 suffices", done.stdout)


class Comparisons(PlotTest):
    def write_comparison(self, finish):
        self.write_table("compare.csv", ["metric", "one", "other"], [
            ["throughput_per_s", 100, 25.5],
            ["requests.refused.vfs.aio.max_aio_queue", 3, ""],
            ["pools.daemons.max", 4, 1]])
        top = self.directory
        for number, kernel in enumerate(("one", "other"), 1):
            self.directory = os.path.join(top, kernel)
            os.mkdir(self.directory)
            self.write_run([request(1, 0, 10, number * finish),
                            request(2, 5, 10, number * finish)])
        self.directory = top

    def test_comparison_gives_one_figure(self):
        self.write_comparison(90)
        self.draws("compare")

    def test_nothing_took_time(self):
        self.write_comparison(0)
        self.draws("compare")

    def test_refusals_are_summed_over_limits(self):
        self.write_table("compare.csv", ["metric", "one", "other"], [
            ["requests.refused.a", 3, ""], ["requests.refused.b", 4, 1]])
        comparison = compare.Comparison(self.directory)
        self.assertEqual(comparison.values("refused"), [7, 1])
        self.assertEqual(comparison.values("throughput_per_s"), [0, 0])

    def test_cut_comparison(self):
        self.write_table("compare.csv", ["metric", "one", "other"],
                         [["throughput_per_s", 3]])
        self.refuses("compare.csv:2: 2 fields instead of 3")


class Calibrations(PlotTest):
    def write_calibration(self, **changes):
        rates = {"throughput_per_s": 5000.0, "latency_mean_ns": 200000.0}
        errors = {"points": 1, "throughput": 0.01, "latency_mean": 0.02}
        document = {
            "source": {"path": "disk", "fio": False, "direct": True,
                       "random": True, "write": False},
            "points": [{"depth": depth, "size_bytes": size,
                        "left_out": depth == 2, "measured": rates,
                        "model": rates}
                       for depth in (1, 2, 4) for size in (512, 1 << 20)],
            "curve": [{"depth": depth, "size_bytes": 512, **rates}
                      for depth in (1, 2, 3, 4)],
            "model": "shared", "fitted": errors, "left_out": errors}
        document.update(changes)
        with open(self.path("disk.json"), "w", encoding="utf-8") as file:
            json.dump(document, file)

    def test_calibration_gives_one_figure(self):
        self.write_calibration()
        self.directory = self.path("disk.json")
        done = self.call("plot", self.directory)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for path in done.stdout.split():
            self.assertGreater(os.path.getsize(path), 1000)
        self.assertEqual(len(done.stdout.split()), 2)

    def test_other_json_is_refused(self):
        self.write_calibration(points=[])
        self.refuses("not from aiosim calibrate", self.path("disk.json"))
        self.write_calibration(curve=[1])
        self.refuses("not from aiosim calibrate", self.path("disk.json"))

    def test_what_is_no_json_is_refused(self):
        with open(self.path("disk.json"), "w", encoding="utf-8") as file:
            file.write("{")
        self.refuses("not JSON", self.path("disk.json"))


class Crosschecks(PlotTest):
    def write_crosscheck(self, runs=("measured", "model"), **values):
        found = {"question": "Is it so?", "scenario": "test",
                 "comparisons": [{"run": run} for run in runs], **values}
        with open(self.path("crosscheck.json"), "w", encoding="utf-8") as file:
            json.dump(found, file)

    def write_runs(self, *names, rows=2):
        top = self.directory
        for name in names:
            self.directory = os.path.join(top, name)
            os.mkdir(self.directory)
            self.write_run([request(1, 0, 10, 90), request(2, 5, 10, 70)],
                           [[instant, 1 + instant % 3, instant % 2, 0, 0, 0, 0,
                             0] for instant in range(rows)])
        self.directory = top

    def test_crosscheck_gives_one_figure(self):
        self.write_crosscheck()
        self.write_runs("real", "measured", "model", rows=1000)
        self.draws("crosscheck")

    def test_without_a_model(self):
        self.write_crosscheck(("retraced", "measured"))
        self.write_runs("real", "measured")
        self.draws("crosscheck")

    def test_nothing_happened(self):
        self.write_crosscheck(("measured",), question="")
        top = self.directory
        for name in ("real", "measured"):
            self.directory = os.path.join(top, name)
            os.mkdir(self.directory)
            self.write_run([], [])
        self.directory = top
        self.draws("crosscheck")

    def test_a_run_is_missing(self):
        self.write_crosscheck()
        self.write_runs("real", "measured")
        self.refuses("model/requests.csv: no such file")

    def test_cut_crosscheck(self):
        with open(self.path("crosscheck.json"), "w", encoding="utf-8") as file:
            file.write("{")
        self.refuses("crosscheck.json: not what aiosim crosscheck writes")


class BadInput(PlotTest):
    def test_no_directory(self):
        self.refuses("no such directory", self.path("none"))

    def test_no_results(self):
        self.refuses("neither a run")

    def test_cut_row(self):
        self.write_run([request(1, 0, 10, 90), request(2, 5, 10, 70)])
        self.cut("requests.csv", 30)
        self.refuses("requests.csv:3: ")

    def test_cut_within_last_field(self):
        self.write_run(None, [[0, 1, 1, 1, 0, 0, 0, 10]])
        self.cut("series.csv", 2)
        self.refuses("truncated")

    def test_cut_summary(self):
        self.write_run([])
        self.cut("summary.json", 5)
        self.refuses("summary.json: not JSON")

    def test_cut_sweep(self):
        self.write_table("sweep.csv", SWEEP, [point(1, 900), point(2, 400)])
        self.cut("sweep.csv", 10)
        self.refuses("sweep.csv:3: ")
        self.refuses("sweep.csv:3: ", self.directory, script="headline")

    def test_missing_column(self):
        self.write_run()
        self.write_table("requests.csv", ["id"], [[1]])
        self.refuses("requests.csv:1: no column 'arrival_ns'")

    def test_number_that_is_none(self):
        self.write_run([request(1, 0, "x", 90)])
        self.refuses("requests.csv:2: 'x' in column 'start_ns'")

    def test_figure_without_a_place(self):
        self.write_table("sweep.csv", SWEEP, [point(1, 900), point(2, 400)])
        stem = self.path("none/figure")
        self.refuses(f"--compare {stem}: there is no directory "
                     f"{self.path('none')}; make it or choose another",
                     self.directory, self.directory, "--compare", stem)
        self.refuses("--compare '': expected the name", self.directory,
                     "--compare", "")

    def test_too_long_window(self):
        self.write_run([request(i, i, i, i + 1)
                        for i in range(lanes.MOST_BARS + 1)])
        self.refuses("choose a shorter one", self.directory, "--window", "0s",
                     "1s")

    def cut(self, name, count):
        with open(self.path(name), "rb+") as file:
            file.truncate(os.path.getsize(self.path(name)) - count)


class Arithmetic(unittest.TestCase):
    def test_times_read_in_their_unit(self):
        for ns, text in ((0, "0"), (1, "1 ns"), (1500, "1.5 µs"),
                         (999_900, "1 ms"), (12_345_678, "12.3 ms"),
                         (4 * 10 ** 12, "4,000 s")):
            self.assertEqual(style.format_ns(ns), text)

    def test_envelope_keeps_every_peak(self):
        times = numpy.arange(100_000)
        values = numpy.zeros(times.size, int)
        values[[17, 50_000, 99_999]] = 9
        _, least, greatest, mean = pool.envelope(times, values, 0, 99_999)
        self.assertEqual(numpy.count_nonzero(greatest == 9), 3)
        self.assertTrue((least <= mean).all() and (mean <= greatest).all())

    def test_envelope_holds_a_value_until_the_next(self):
        _, least, _, mean = pool.envelope(
            numpy.array([0, 100]), numpy.array([5, 0]), 0, 100, columns=10)
        self.assertEqual(list(mean[:9]), [5] * 9)
        self.assertEqual(list(least), [5] * 9 + [0])

    def test_envelope_goes_on_after_the_last_row(self):
        _, least, greatest, mean = pool.envelope(
            numpy.array([0, 10]), numpy.array([5, 1]), 0, 100, columns=10)
        for values in (least, greatest, mean):
            self.assertEqual(list(values), [5] + [1] * 9)

    def test_idle_socket_daemons_are_left_out(self):
        four = numpy.full(3, 4)
        requests = {"daemon": numpy.array([b"aiod1", b"aiod2"], "S24")}
        self.assertFalse(pool.sockets_matter(four, requests))
        requests["daemon"][0] = b"soaiod2"
        self.assertTrue(pool.sockets_matter(four, requests))
        self.assertTrue(pool.sockets_matter(numpy.array([4, 5]), None))

    def test_curve_keeps_both_ends(self):
        kept = latency.spread_indices(1_000_000)
        self.assertEqual((kept[0], kept[-1]), (0, 999_999))
        self.assertLess(kept.size, 4000)

    def test_busiest_window_is_the_densest(self):
        starts = numpy.concatenate((numpy.arange(0, 100_000, 100),
                                    numpy.arange(200_000, 201_000, 5)))
        begin, end = lanes.busiest_window(starts, starts + 50, 300_000)
        self.assertGreaterEqual(begin, 200_000)
        self.assertLessEqual(end, 201_000)

    def test_single_request_is_seen_in_busiest_window(self):
        starts = numpy.arange(0, 1_000_000, 1000)
        begin, end = lanes.busiest_window(starts, starts + 300, 10_000_000)
        self.assertLessEqual(2000, end - begin)
        self.assertLessEqual(end - begin, 3000)

    def test_busiest_window_stays_within_run_and_bars(self):
        starts = numpy.arange(10_000)
        begin, end = lanes.busiest_window(starts, starts + 5000, 15_000)
        self.assertGreaterEqual(begin, 0)
        self.assertLessEqual(end, 15_000)
        self.assertLessEqual(end - begin, lanes.MOST_BARS)

    def test_raw_disk_lanes_do_not_overlap(self):
        lanes_of, names = lanes.assign_lanes({
            "daemon": numpy.array([data.NO_TEXT] * 3),
            "start_ns": numpy.array([0, 5, 10]),
            "finish_ns": numpy.array([10, 20, 30])})
        self.assertEqual(list(lanes_of), [0, 1, 0])
        self.assertEqual(names, ["raw 1", "raw 2"])


if __name__ == "__main__":
    unittest.main()
