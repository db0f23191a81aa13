#!/usr/bin/python3
"""What must hold when a run is disturbed: robustness.py AIOSIM SOURCE [--kills N]

Kills runs and sweeps at N random moments, fills the disk, takes the output
directory away, and cuts a trace off: nothing earlier may be lost, nothing half
written, the message is one line and the exit status the documented one.  Prints
the seed of its moments, to be given again with --seed.
"""

import argparse
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SCENARIO = """\
[disk ada0]
channels = 4
latency = exponential(1ms)
[file data]
disk = ada0
[process load]
file = data
depth = 4
requests = 60000
"""
SWEEP = SCENARIO + "[sweep]\nvfs.aio.max_aio_procs = 1, 2, 3\n"

# What a sweep takes away before its first run is in place.
TABLE = ("sweep.csv", "sweep.json")


class Trial:
    """A directory to work in, and the program."""

    def __init__(self, aiosim, source, seed):
        self.aiosim = os.path.abspath(aiosim)
        self.source = pathlib.Path(source)
        self.random = random.Random(seed)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="aiosim-robust-"))
        (self.dir / "run.ini").write_text(SCENARIO)
        (self.dir / "sweep.ini").write_text(SWEEP)

    def command(self, *arguments):
        return [self.aiosim, *map(str, arguments)]

    def start(self, *arguments, **options):
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
            **options)

    def run(self, *arguments, **options):
        """Status and stderr of a command that is left to its end."""
        process = self.start(*arguments, **options)
        errors = process.communicate()[1]
        return process.returncode, errors


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def contents(directory):
    """All files below a directory but timing.json, which differs each time."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != "timing.json"
        and not any(part.startswith(".partial-") for part in path.parts)}


def leftovers(directory):
    return list(directory.rglob(".partial-*"))


def expect_one_line(errors, *words):
    expect(errors.count("\n") == 1 and errors.endswith("\n"),
           f"not one line: {errors!r}")
    for word in words:
        expect(word in errors, f"no {word!r} in {errors!r}")


def expect_whole(directory, old, new):
    """Each file is the old one or the new one; old data beside a new summary
    would be taken for its own, and an old table beside a new run."""
    found = contents(directory)
    for name in old:
        expect(name in found or name in TABLE, f"{name} is lost")
    for name in TABLE:
        if name in found:
            runs = old if found[name] == old[name] else new
            expect(all(found[other] == runs[other] for other in runs
                       if other not in TABLE), f"{name} is not of the runs")
    for name, data in found.items():
        expect(data in (old.get(name), new.get(name)),
               f"{name} is neither the old one nor the new one")
        if name.endswith("summary.json") and data == new[name]:
            folder = name[:-len("summary.json")]
            for other in new:
                if other.startswith(folder) and "/" not in other[len(folder):]:
                    expect(found[other] == new[other],
                           f"{other} is not of the new summary")
    for path in directory.rglob("*.json"):
        if not path.parent.name.startswith(".partial-"):
            json.loads(path.read_text())


def expect_no_process(group):
    """All of a process group are gone, soon."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError("a process went on alone")


def killed(trial, kills, name, *arguments):
    """Kills the command at random moments over what an earlier one left."""
    old_dir, new_dir = trial.dir / f"{name}-old", trial.dir / f"{name}-new"
    out = trial.dir / f"{name}-out"
    expect(trial.run(*arguments, "--seed", 1, "-o", old_dir)[0] == 0, "old")
    began = time.monotonic()
    expect(trial.run(*arguments, "--seed", 2, "-o", new_dir)[0] == 0, "new")
    length = time.monotonic() - began
    old, new = contents(old_dir), contents(new_dir)
    for _ in range(kills):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(old_dir, out)
        process = trial.start(*arguments, "--seed", 2, "-o", out)
        time.sleep(trial.random.uniform(0, 1.1 * length))
        process.kill()
        process.communicate()
        expect_no_process(process.pid)
        expect_whole(out, old, new)
    # The next one clears away what was written aside.
    expect(trial.run(*arguments, "--seed", 2, "-o", out)[0] == 0, "again")
    expect(contents(out) == new, "the run after a kill differs")
    expect(not leftovers(out), "a hidden directory is left over")


def killed_run_leaves_whole_files(trial, kills):
    killed(trial, kills, "run", "run", "--world", "heap",
           trial.dir / "run.ini", "-q")


def killed_sweep_leaves_whole_files(trial, kills):
    killed(trial, kills, "sweep", "sweep", "--world", "heap", "--jobs", 2,
           trial.dir / "sweep.ini", "-q")


def terminated_command_ends_soon(trial, kills):
    """A signal to a command alone ends the runs it has in other processes."""
    run, sweep = trial.dir / "run.ini", trial.dir / "sweep.ini"
    long = ("--world", "heap", "--set", "process load.requests=1000000000")
    for command in (
            ("sweep", *long, "--jobs", 2, "-q", sweep),
            ("run", *long, "-q", run, sweep),
            ("compare", *long, "--kernels", "freebsd-12.2,netbsd", run)):
        for _ in range(max(kills // 10, 2)):
            out = trial.dir / "term-out"
            process = trial.start(*command, "-o", out)
            time.sleep(trial.random.uniform(0.05, 0.3))
            process.terminate()
            process.communicate()
            # The handler may not be there yet.
            expect(process.returncode in (130, -signal.SIGTERM),
                   f"{command[0]}: status {process.returncode}")
            expect_no_process(process.pid)
            for path in out.rglob("summary.json"):
                json.loads(path.read_text())
            shutil.rmtree(out, ignore_errors=True)


def limit_files(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def expect_full(trial, name, status_and_errors, before, out):
    status, errors = status_and_errors
    expect(status == 3, f"{name}: status {status}: {errors}")
    expect_one_line(errors, str(out), "free some space")
    expect(contents(out) == before, f"{name}: what was there has changed")
    expect(not leftovers(out), f"{name}: a hidden directory is left over")


def fill(path):
    """Writes to a file until its disk is full."""
    with open(path, "wb", buffering=0) as filler:
        try:
            while filler.write(b"\0" * 4096) > 0:
                pass
        except OSError:
            pass


def full_disk_loses_nothing(trial, _kills):
    out = trial.dir / "limit"
    arguments = ("run", "--world", "heap", "-q", trial.dir / "run.ini", "-o")
    expect(trial.run(*arguments, out)[0] == 0, "the first run")
    before = contents(out)
    expect_full(trial, "limit", trial.run(
        *arguments, out, preexec_fn=limit_files(100000)), before, out)
    mount = trial.dir / "tmpfs"
    mount.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", mount],
            stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("  (no tmpfs here: a limit on file sizes alone)")
        return
    try:
        out = mount / "out"
        expect(trial.run(*arguments, out, "--no-requests")[0] == 0, "small")
        before = contents(out)
        expect_full(
            trial, "tmpfs", trial.run(*arguments, out), before, out)
        fill(mount / "fill")
        expect_full(
            trial, "full", trial.run(*arguments, out), before, out)
    finally:
        subprocess.run(["umount", mount], check=True)


def full_disk_keeps_the_baseline(trial, _kills):
    directory = trial.dir / "baselines"
    arguments = ("check", "--update", "-b", directory, trial.dir / "run.ini")
    expect(trial.run(*arguments)[0] == 0, "the first check")
    before = contents(directory)
    (trial.dir / "run.ini").write_text(SCENARIO.replace("60000", "60001"))
    status, errors = trial.run(*arguments, preexec_fn=limit_files(1000))
    (trial.dir / "run.ini").write_text(SCENARIO)
    expect(status == 3, f"status {status}: {errors}")
    expect(contents(directory) == before, "the baseline has changed")


def limit_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def too_few_descriptors_are_told(trial, _kills):
    """However far the run comes with them: each of its files in turn cannot be
    opened, the last one being timing.json."""
    out, refused = trial.dir / "descriptors", set()
    for count in range(5, 16):
        status, errors = trial.run(
            "run", "--world", "heap", "-q", trial.dir / "run.ini", "-o", out,
            preexec_fn=limit_descriptors(count))
        if status == 0:
            break
        expect(status == 3, f"{count}: status {status}: {errors}")
        expect_one_line(errors, "Too many open files")
        refused |= {pathlib.Path(errors.split(":")[0]).name}
        expect(not leftovers(out), f"{count}: a hidden directory is left over")
    expect("timing.json" in refused, f"only {refused} could not be opened")


def full_output_is_told(trial, _kills):
    if not os.path.exists("/dev/full"):
        return
    with open("/dev/full", "w", encoding="ascii") as full:
        result = subprocess.run(
            trial.command("keys"), stdout=full, stderr=subprocess.PIPE,
            text=True, check=False)
    expect(result.returncode == 3, f"status {result.returncode}")
    expect_one_line(result.stderr, "standard output")


def removed_directory_is_told(trial, kills):
    out = trial.dir / "removed"
    for number in range(max(kills // 2, 4)):
        command = ("run", "sweep")[number % 2]
        more = ("--jobs", 1) if command == "sweep" else ()
        process = trial.start(
            command, "--world", "heap", "-q", *more,
            trial.dir / f"{command}.ini",
            # It ends when it notices; long before, on a busy machine too.
            "--set", "process load.requests=4000000", "-o", out)
        aside = (".partial-*", "*/rep-*/.partial-*")[number % 2]
        while not list(out.glob(aside)):
            time.sleep(0.001)
        time.sleep(trial.random.choice((0, 0, 0.001, 0.05)))
        while out.exists():
            shutil.rmtree(out, ignore_errors=True)
        errors = process.communicate()[1]
        expect(process.returncode == 3,
               f"{command}: status {process.returncode}: {errors}")
        expect_one_line(errors, str(out))
        shutil.rmtree(out, ignore_errors=True)


def cut_trace_is_told(trial, kills):
    trace = (trial.source / "scenarios/traces/db-mix.iolog").read_bytes()
    cut = trial.dir / "cut.iolog"
    scenario = trial.dir / "cut.ini"
    scenario.write_text(
        "[disk d]\nchannels = 8\n[file f]\ndisk = d\nsize = 4g\n"
        "[process p]\nfile = f\ntrace = cut.iolog\n")
    for _ in range(kills):
        end = trial.random.randrange(len(trace))
        cut.write_bytes(trace[:end])
        status, errors = trial.run(
            "run", "--world", "heap", "-q", scenario, "-o", trial.dir / "cut")
        whole = end > 0 and trace[end - 1:end] == b"\n"
        expect(status == (0 if whole else 2),
               f"cut at {end}: status {status}: {errors}")
        expect_one_line(errors, f"{cut}:")


def run_rules(trial_of, rules, description):
    """The main program of a file of rules; returns its exit status."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("aiosim")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1000000)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.kills} kills", flush=True)
    trial = trial_of(options.aiosim, options.source, options.seed)
    failed = 0
    for rule in rules:
        try:
            rule(trial, options.kills)
            print(f"{rule.__name__}: passed", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"{rule.__name__}: FAILED: {error}", flush=True)
    shutil.rmtree(trial.dir, ignore_errors=True)
    return 1 if failed else 0


RULES = (
    killed_run_leaves_whole_files,
    killed_sweep_leaves_whole_files,
    terminated_command_ends_soon,
    full_disk_loses_nothing,
    full_disk_keeps_the_baseline,
    too_few_descriptors_are_told,
    full_output_is_told,
    removed_directory_is_told,
    cut_trace_is_told,
)

if __name__ == "__main__":
    sys.exit(run_rules(Trial, RULES, __doc__))
