#!/usr/bin/python3
"""What a real run leaves behind: real_robustness.py AIOSIM SOURCE [--kills N]

Kills `aiosim run --world real` at N random moments and finds no file; ends it
by signals, also before it begins; fills its disk; hands it a mounted device;
gives its options to other worlds.  Prints the seed of its moments, to be given
again with --seed.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import time

from robustness import (Trial, expect, expect_no_process, expect_one_line,
                        run_rules)

SCENARIO = """\
[scenario]
duration = 30s
[sysctl]
vfs.aio.enable_unsafe = 1
[disk ada0]
[file data]
disk = ada0
size = 4m
[file raw]
kind = rawdisk
disk = ada0
size = 4m
block_size = 4k
[file fifo]
kind = fifo
data_after = exponential(1ms)
[file terminal]
kind = tty
[link lo0]
bandwidth = 125m/s
[peer client]
link = lo0
sends = constant(100)
reply = 4k
[file socket]
kind = socket
peer = client
[process db]
file = data
depth = 4
read = 0.5
[process raw]
file = raw
depth = 4
size = constant(4k)
[process reader]
file = fifo
depth = 1
[process writer]
file = terminal
depth = 1
read = 0
[process web]
file = socket
depth = 1
serves = yes
"""
WRITES = """\
[disk ada0]
[file data]
disk = ada0
size = 4m
[process db]
file = data
depth = 4
read = 0
size = constant(64k)
requests = 200
"""


class RealTrial(Trial):
    """With two directories: the user's, and that of temporary files."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        (self.dir / "real.ini").write_text(SCENARIO)
        (self.dir / "writes.ini").write_text(WRITES)
        self.files, self.temporary = self.dir / "files", self.dir / "tmp"
        self.files.mkdir()
        self.temporary.mkdir()
        os.environ["TMPDIR"] = str(self.temporary)

    def real(self, name, *arguments):
        return ("run", "--world", "real", "-q", "--socketpair", self.dir / name,
                "-o", self.dir / "out", *arguments)

    def expect_no_file(self, when):
        for directory in (self.files, self.temporary):
            found = os.listdir(directory)
            expect(not found, f"{when}: {found} left over")


def killed_run_leaves_no_file(trial, kills):
    for number in range(kills):
        where = (("--dir", trial.files), ("--dir", trial.files, "--fill"), ())
        process = trial.start(*trial.real("real.ini", *where[number % 3]))
        time.sleep(trial.random.uniform(0, 0.1))
        process.kill()
        process.communicate()
        expect_no_process(process.pid)
        trial.expect_no_file("killed")


def wait_until_it_runs(process):
    """It has a thread for each of the four soaiods at least."""
    while len(os.listdir(f"/proc/{process.pid}/task")) < 4:
        expect(process.poll() is None, "it has ended")
        time.sleep(0.001)


def signals_end_a_run_and_leave_no_file(trial, _kills):
    for number, name in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")):
        process = trial.start(*trial.real("real.ini", "--dir", trial.files))
        wait_until_it_runs(process)
        process.send_signal(number)
        errors = process.communicate()[1]
        expect(process.returncode == 130, f"status {process.returncode}")
        expect("stalled" not in errors, errors)
        summary = json.loads((trial.dir / "out/summary.json").read_text())
        expect(summary["interrupted"], "not said in the summary")
        trial.expect_no_file(name)


def signal_while_files_are_filled_is_an_interrupt(trial, _kills):
    for keep in ((), ("--keep",)):
        process = trial.start(*trial.real(
            "writes.ini", "--dir", trial.files, "--fill", *keep,
            "--set", "file data.size=64g", "-o", trial.dir / "none"))
        while not open_files_in(process.pid, trial.files):
            expect(process.poll() is None, "it has ended")
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        errors = process.communicate()[1]
        expect(process.returncode == 130, f"status {process.returncode}")
        expect_one_line(errors, "interrupted while [file data] was made")
        expect(not (trial.dir / "none").exists(), "an empty directory")
        trial.expect_no_file("interrupted")


def open_files_in(pid, directory):
    """Those that have no name are there under the directory's."""
    folder = f"/proc/{pid}/fd"
    found = []
    for number in os.listdir(folder):
        try:
            found.append(os.readlink(f"{folder}/{number}"))
        except FileNotFoundError:
            pass
    return [path for path in found if path.startswith(f"{directory}/")]


def kept_files_stay_through_a_signal(trial, _kills):
    process = trial.start(
        *trial.real("real.ini", "--dir", trial.files, "--keep"))
    wait_until_it_runs(process)
    process.terminate()
    process.communicate()
    expect(process.returncode == 130, f"status {process.returncode}")
    expect(sorted(os.listdir(trial.files)) ==
           ["data", "fifo", "fifo.out", "raw"], os.listdir(trial.files))
    expect((trial.files / "data").stat().st_size == 4 << 20, "its size")
    for path in trial.files.iterdir():
        path.unlink()


def full_disk_is_the_programs_error(trial, _kills):
    mount = trial.dir / "tmpfs"
    mount.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount],
            stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("  (skipped: no tmpfs here)")
        return
    try:
        status, errors = trial.run(*trial.real("writes.ini", "--dir", mount))
        expect(status == 0, f"status {status}: {errors}")
        with open(trial.dir / "out/requests.csv", encoding="utf-8") as file:
            found = {row["errno"] for row in csv.DictReader(file)}
        expect(found == {"", "ENOSPC"}, f"errors are {found}")
        status, errors = trial.run(
            *trial.real("writes.ini", "--dir", mount, "--fill", "--keep"))
        expect(status == 3, f"status {status}: {errors}")
        expect_one_line(errors, str(mount), "[file data]", "No space left")
        expect(not os.listdir(mount), "something is left over")
    finally:
        subprocess.run(["umount", mount], check=True)


def mounted_device_is_refused(trial, _kills):
    image, mount = trial.dir / "image", trial.dir / "mounted"
    mount.mkdir()
    with open(image, "wb") as file:
        file.truncate(16 << 20)
    device = None
    try:
        device = subprocess.run(
            ["losetup", "--find", "--show", image], check=True, text=True,
            capture_output=True).stdout.strip()
        subprocess.run(["mkfs.ext4", "-q", device], check=True)
        run = trial.real("writes.ini", "--map", f"data={device}",
                         "--set", "process db.read=1")
        status, errors = trial.run(*run)
        expect(status == 0, f"unmounted: {status}: {errors}")
        subprocess.run(["mount", device, mount], check=True)
        status, errors = trial.run(*run)
        subprocess.run(["umount", mount], check=True)
        expect(status == 2, f"mounted: {status}: {errors}")
        expect_one_line(errors, device, "mounted")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"  (skipped: {error})")
    finally:
        if device is not None:
            subprocess.run(["losetup", "--detach", device], check=True)


def options_of_the_real_world_are_its_own(trial, _kills):
    for option in (("--dir", trial.files), ("--fill",), ("--keep",),
                   ("--map", "data=/dev/null"), ("--write",),
                   ("--socketpair",), ("--grace", "1s")):
        status, errors = trial.run("run", "--world", "heap", *option,
                                   trial.dir / "writes.ini")
        expect(status == 2, f"{option}: status {status}")
        expect_one_line(errors, option[0], "only with --world real")
    for option, words in ((("--keep",), "--keep needs --dir"),
                          (("--write",), "only with --map"),
                          (("--grace", "5"), "a time with its unit")):
        status, errors = trial.run(*trial.real("writes.ini", *option))
        expect(status == 2, f"{option}: status {status}")
        expect_one_line(errors, words)


RULES = (
    killed_run_leaves_no_file,
    signals_end_a_run_and_leave_no_file,
    signal_while_files_are_filled_is_an_interrupt,
    kept_files_stay_through_a_signal,
    full_disk_is_the_programs_error,
    mounted_device_is_refused,
    options_of_the_real_world_are_its_own,
)

if __name__ == "__main__":
    sys.exit(run_rules(RealTrial, RULES, __doc__))
