#!/usr/bin/python3
"""The preload library and `aiosim record`, from outside.

usage: test_preload.py BUILD_DIR
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build")
AIOSIM = os.path.join(BUILD, "aiosim")
LIBRARY = os.path.join(BUILD, "libaiosim-posix.so")
LOAD = os.path.join(BUILD, "tests", "posix", "posix_load")


class Preload(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.data = self.path("data")
        with open(self.data, "wb") as out:
            out.write(os.urandom(1 << 20))

    def tearDown(self):
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as out:
            out.write(text)
        return self.path(name)

    def load(self, depth=8, requests=400, descriptors=2):
        return [LOAD, self.data, str(descriptors), str(depth), str(requests),
                "0"]

    def run_under(self, command, **variables):
        environment = dict(os.environ, LD_PRELOAD=LIBRARY, **variables)
        return subprocess.run(command, env=environment, capture_output=True,
                              text=True, check=False, timeout=60)

    def record(self, name, sysctl, command):
        return subprocess.run(
            [AIOSIM, "record", "-o", self.path(name), "--sysctl", sysctl, "--",
             *command], capture_output=True, text=True, check=False,
            timeout=60)


class Environment(Preload):
    def expect_refusal(self, words, **variables):
        done = self.run_under(["/bin/echo", "started"], **variables)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn(words, done.stderr)

    def test_a_bad_value_is_one_line_and_exit_2(self):
        for text, words in [
                ("vfs.aio.nosuch=1\n", "bad:1: there is no node"),
                ("\n# a comment\nvfs.aio.max_aio_procs 3\n",
                 "bad:3: expected node=value"),
                ("vfs.aio.max_aio_procs=many\n", "'many' is not a whole"),
                ("vfs.aio.max_aio_procs=4294967296\n", "is not a whole"),
                ("vfs.aio.num_aio_procs=3\n", "is read-only")]:
            self.expect_refusal(words,
                                AIOSIM_SYSCTL=self.write("bad", text))
        self.expect_refusal("No such file", AIOSIM_SYSCTL=self.path("none"))
        self.expect_refusal("cannot write in",
                            AIOSIM_STATS=self.path("none/stats"))
        self.expect_refusal("names no file", AIOSIM_RECORD="")

    def test_an_unknown_variable_is_told_the_nearest(self):
        sysctl = self.write("sysctl", "vfs.aio.max_aio_procs=3\n")
        self.expect_refusal("unknown variable AIOSIM_SYSCTLS, did you mean "
                            "AIOSIM_SYSCTL?\n", AIOSIM_SYSCTLS=sysctl)
        self.expect_refusal("AIOSIM_STAT, did you mean AIOSIM_STATS?",
                            AIOSIM_STAT="", AIOSIM_SYSCTL=sysctl)
        for name in ["AIOSIM_", "AIOSIM_PRIORITY", "AIOSIM_" + 99 * "S"]:
            self.expect_refusal(
                f"unknown variable {name}; there are AIOSIM_SYSCTL, ",
                **{name: "1"})
        # What is not ours may have any name.
        done = self.run_under(["/bin/echo", "started"], AIOSIM="1",
                              aiosim_stats="x", XAIOSIM_SYSCTLS="x",
                              AIOSIM_SEED="7", AIOSIM_TRIALS="1")
        self.assertEqual((done.stdout, done.stderr), ("started\n", ""))

    def test_counters_are_written_at_exit(self):
        sysctl = self.write("sysctl", " vfs.aio.max_aio_procs = 3  # few\n")
        done = self.run_under(self.load(), AIOSIM_SYSCTL=sysctl,
                              AIOSIM_STATS=self.path("stats"))
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("stats"), encoding="ascii") as stats:
            counters = json.load(stats)
        self.assertEqual(counters["sysctl"]["vfs.aio.max_aio_procs"], 3)
        self.assertEqual(counters["requests"]["completed"], 400)
        self.assertEqual(counters["requests"]["collected"], 400)
        self.assertEqual(counters["pools"]["aiod"]["created"], 3)

    def test_counters_can_be_read_while_it_runs(self):
        environment = dict(os.environ, LD_PRELOAD=LIBRARY,
                           AIOSIM_STATS=self.path("stats"))
        with subprocess.Popen(self.load(requests=100000000), env=environment,
                              stdout=subprocess.DEVNULL) as program:
            for _ in range(3000):
                if os.path.exists(self.path("stats")):
                    break
                time.sleep(0.01)
                if os.path.exists(f"/proc/{program.pid}/exe") and os.readlink(
                        f"/proc/{program.pid}/exe") == LOAD and os.listdir(
                        f"/proc/{program.pid}/task")[1:]:
                    program.send_signal(signal.SIGUSR2)
            program.kill()
        with open(self.path("stats"), encoding="ascii") as stats:
            self.assertGreater(json.load(stats)["requests"]["issued"], 0)


class Faults(Preload):
    def under(self, text, command=None):
        return self.run_under(command or self.load(),
                              AIOSIM_FAULTS=self.write("faults", text),
                              AIOSIM_STATS=self.path("stats"))

    def requests(self):
        with open(self.path("stats"), encoding="ascii") as stats:
            return json.load(stats)["requests"]

    def test_the_nth_request_fails_as_asked(self):
        done = self.under("[fault bad]  # one\ncall = read\nnth = 3\n"
                          "file = da*\neffect = EIO\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("short read", done.stderr)
        self.assertEqual(self.requests()["failed"], 1)

    def test_a_share_is_refused_and_all_is_done_in_the_end(self):
        done = self.under("[fault full]\nshare = 0.2\neffect = EAGAIN\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.requests()["completed"], 400)
        self.assertGreater(self.requests()["refused"]["other"], 20)

    def test_what_it_does_not_concern_is_left_alone(self):
        done = self.under("[fault other]\nfile = else\neffect = EIO\n"
                          "[fault short]\ncall = write\n"
                          "effect = short(0.5)\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.requests()["completed"], 400)

    def test_a_socket_meets_its_fault_once(self):
        program = [os.path.join(BUILD, "tests", "posix", "posix_conform"),
                   "aio_error/2"]
        fault = "[fault f]\nfile = socket:*\neffect = {}\n"
        self.assertIn(" PASS", self.under(fault.format("delay(5ms)"),
                                          program).stdout)
        self.assertIn(" FAIL conform_finish",
                      self.under(fault.format("EIO"), program).stdout)

    def test_a_bad_fault_is_refused_before_the_start(self):
        for text, words in [
                ("[fault a]\n", ":1: [fault a] has no effect"),
                ("[fault a]\neffect = stall\n", ":2: [fault a] effect:"),
                ("[fault a]\nnth = 0\n", ":2: [fault a] nth:"),
                ("[fault a]\nfor = 5\n", ":2: [fault a] for:"),
                ("[fault a]\ndisk = d\n", ":2: [fault a] disk: 'd' is not "
                 "possible: there is no disk here"),
                ("[fault a]\nsize = 4k\n", "no key 'size'"),
                ("[fault a]\nnth = 1\nshare = 1\neffect = EIO\n",
                 ":3: [fault a] 'share' excludes 'nth' of line 2"),
                ("[fault a]\ncall = fsync\neffect = short(0.5)\n",
                 ":2: [fault a] no such call"),
                ("[fault a]\ncall = read\neffect = ENOSPC\n",
                 ":2: [fault a] no such call"),
                ("[fault a]\neffect = delay(0s)\n", "[fault a] effect:"),
                ("[disk a]\n", "expected [fault NAME]"),
                ("", "no [fault NAME]")]:
            done = self.under(text, ["/bin/echo", "started"])
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertIn(words, done.stderr)


class Life(Preload):
    def kill_at_random(self, command, times, kill, **variables):
        pick = random.Random(7)
        environment = dict(os.environ, TMPDIR=self.directory.name, **variables)
        for _ in range(times):
            with subprocess.Popen(command, env=environment,
                                  cwd=self.directory.name,
                                  start_new_session=True,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as program:
                time.sleep(pick.uniform(0, 0.03))
                kill(program)
                program.wait()
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(program.pid, signal.SIGKILL)

    def test_killed_at_any_moment_it_leaves_nothing(self):
        self.kill_at_random(self.load(requests=100000000), 60,
                            subprocess.Popen.kill, LD_PRELOAD=LIBRARY,
                            AIOSIM_RECORD=self.path("recording"),
                            AIOSIM_STATS=self.path("stats"))
        self.assertEqual(os.listdir(self.directory.name), ["data"])

    def test_a_recording_without_a_directory_does_not_start(self):
        done = self.record("nowhere/recording", "/dev/null",
                           ["touch", self.path("ran")])
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no directory", done.stderr)
        self.assertEqual(os.listdir(self.directory.name), ["data"])

    def test_a_killed_recording_leaves_nothing(self):
        command = [AIOSIM, "record", "-o", self.path("recording"), "--",
                   *self.load(requests=100000000)]
        self.kill_at_random(command, 20, subprocess.Popen.terminate)
        self.kill_at_random(command, 10, subprocess.Popen.kill)
        self.kill_at_random(command, 10,
                            lambda p: os.killpg(p.pid, signal.SIGKILL))
        self.assertEqual(os.listdir(self.directory.name), ["data"])

    def test_a_recording_nobody_waits_for_is_not_kept(self):
        done = self.run_under(self.load(), AIOSIM_RECORDER="999999999",
                              AIOSIM_RECORD=self.path("recording"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.directory.name), ["data"])

    def test_asking_for_the_limits_is_no_use_of_aio(self):
        sysctl = self.write("sysctl", "vfs.aio.max_aio_queue_per_proc=7\n")
        done = self.run_under(
            ["getconf", "AIO_LISTIO_MAX"], AIOSIM_SYSCTL=sysctl,
            AIOSIM_RECORD=self.path("recording"),
            AIOSIM_STATS=self.path("stats"))
        self.assertEqual(done.stdout, "7\n", done.stderr)
        self.assertEqual(sorted(os.listdir(self.directory.name)),
                         ["data", "sysctl"])

    def test_recordings_write_over_nothing(self):
        self.write("recording", "mine")
        for _ in range(2):
            done = self.run_under(self.load(),
                                  AIOSIM_RECORD=self.path("recording"))
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(self.directory.name)),
                         ["data", "recording", "recording.2", "recording.3"])
        with open(self.path("recording"), encoding="ascii") as recording:
            self.assertEqual(recording.read(), "mine")

    @unittest.skipIf(os.geteuid() != 0, "mounting a tmpfs takes root")
    def test_a_full_file_system_is_enospc(self):
        small = self.path("small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none",
                           small], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("cannot mount a tmpfs")
        try:
            done = self.run_under(
                [os.path.join(BUILD, "tests", "posix", "posix_fill"),
                 os.path.join(small, "file")])
        finally:
            subprocess.run(["umount", small], check=True)
        self.assertEqual(done.stdout, "65536 bytes, then ENOSPC\n",
                         done.stderr)

    def test_a_program_that_never_collects_is_told_once(self):
        sysctl = self.write("sysctl", "vfs.aio.max_aio_queue_per_proc=3\n")
        done = self.run_under(
            [os.path.join(BUILD, "tests", "posix", "posix_hoard"), self.data],
            AIOSIM_SYSCTL=sysctl)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("never collects"), 1)
        self.assertIn("max_aio_queue_per_proc = 3", done.stderr)


class Recording(Preload):
    SCENARIO = """
[sysctl]
vfs.aio.max_aio_queue_per_proc = {limit}
[disk d]
latency = recorded
[file f]
disk = d
size = 1m
[process p]
file = f
trace = recording
{how}
"""

    def make(self, limit=5):
        sysctl = self.write(
            "sysctl", f"vfs.aio.max_aio_queue_per_proc={limit}\n")
        done = self.record("recording", sysctl, self.load())
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("recording"), encoding="ascii") as recording:
            return [line.split() for line in recording]

    def replay(self, limit, how):
        scenario = self.write("replay.ini",
                              self.SCENARIO.format(limit=limit, how=how))
        done = subprocess.run(
            [AIOSIM, "run", "--world", "heap", "--json", "--out",
             self.path("out"), scenario], capture_output=True, text=True,
            check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["summary"]

    def test_a_replay_refuses_and_takes_as_long_as_the_program_did(self):
        lines = self.make()
        totals = [int(line[7]) - int(line[1]) for line in lines
                  if line[0] == "request"]
        refused = sum(line[0] == "refused" for line in lines)
        self.assertEqual(len(totals), 400)
        self.assertGreater(refused, 0)
        summary = self.replay(5, "collect = recorded")
        self.assertEqual(summary["requests"]["completed"], 400)
        node = "vfs.aio.max_aio_queue_per_proc"
        self.assertEqual(summary["requests"]["refused"], {node: refused})
        mean = sum(totals) / len(totals)
        self.assertLess(abs(summary["latency_ns"]["total"]["mean"] - mean),
                        0.1 * mean)

    def test_a_fault_takes_away_from_what_was_recorded(self):
        self.write("recording", "aiosim recording 1\nprocess 7 p\nfile 1 /a\n"
                   "request 0 read 1 0 4096 0 10000000 12000000 4096 0\n"
                   "request 1000000 read 1 0 4096 1000000 3000000 4000000 "
                   "100 0\n"
                   "request 2000000 read 1 0 4096 2000000 4000000 5000000 "
                   "-1 EIO\n"
                   "end 3 0\n")
        scenario = self.write("faulty.ini", self.SCENARIO.format(
            limit=5, how="collect = recorded") +
            "[fault slow]\nprocess = p\neffect = delay(5ms)\n"
            "[fault no]\nprocess = p\nnth = 1\neffect = EAGAIN\n")
        done = subprocess.run(
            [AIOSIM, "run", "--world", "heap", "--trace", "--json", "--out",
             self.path("out"), scenario], capture_output=True, text=True,
            check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = json.loads(done.stdout)["summary"]["operations"]
        self.assertEqual(counts["dropped"], 1)
        self.assertEqual(counts["failed"], 1)
        self.assertEqual(counts["done"], 1)
        with open(self.path("out/trace.txt"), encoding="ascii") as trace:
            ends = [line.split() for line in trace if " completes " in line]
        self.assertEqual([(end[0], end[7:]) for end in ends],
                         [("8000.000", ["100"]),
                          ("9000.000", ["-1", "EIO"])])

    def test_with_room_each_operation_is_done_once(self):
        self.make()
        summary = self.replay(256, "on_eagain = retry(1ms)")
        self.assertEqual(summary["operations"]["wanted"], 400)
        self.assertEqual(summary["operations"]["done"], 400)
        self.assertEqual(summary["requests"]["refused"], {})

    def test_a_recording_cut_off_is_refused_with_its_line(self):
        lines = self.make()
        self.write("recording", "".join(
            " ".join(line) + "\n" for line in lines[:-1]))
        scenario = self.write("replay.ini", self.SCENARIO.format(
            limit=5, how="collect = recorded"))
        done = subprocess.run(
            [AIOSIM, "run", "--world", "heap", "--out", self.path("out"),
             scenario], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"recording:{len(lines)}: the recording has no end",
                      done.stderr)

    def test_a_shell_that_ends_with_127_has_been_recorded(self):
        sysctl = self.write("sysctl", "")
        script = " ".join(self.load()) + "; exit 127"
        done = self.record("recording", sysctl, ["sh", "-c", script])
        self.assertEqual(done.returncode, 127, done.stderr)
        with open(self.path("recording"), encoding="ascii") as recording:
            self.assertGreater(len(recording.readlines()), 100)
        self.assertEqual([name for name in os.listdir(self.path(""))
                          if name.endswith("~")], [])

    def test_what_the_program_says_is_what_record_says(self):
        sysctl = self.write("sysctl", "")
        for command, status in [(["false"], 1), (["sh", "-c", "exit 7"], 7),
                                (["/nosuch"], 127), (["true"], 3)]:
            done = self.record("none", sysctl, command)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertFalse(os.path.exists(self.path("none")))


unittest.main()
