"""Instructions a request, counted by callgrind: they repeat exactly, whatever
else the machine does, but for another compiler or library.

Each program runs with few and with many requests; the difference counts, so
that start-up cancels.
"""

import json
import os
import platform
import re
import subprocess
import tempfile

from . import programs, timing

BASELINE = os.path.join(programs.TOP, "results", "baseline",
                        "bench", "instructions.json")
TOLERANCE = 0.05


def cases():
    """name: (program, few, many)"""
    return {
        "heap": (programs.Aiosim("heap"), 10_000, 50_000),
        "heap, 10000 outstanding": (programs.outstanding(10_000), 30_000,
                                    70_000),
        "heap, two processes at their active limit":
            (programs.at_active_limit(10_000), 30_000, 70_000),
        "heap, 1000 processes": (programs.processes(1000), 20_000, 60_000),
        "bare heap": (programs.bare_heap(), 10_000, 50_000),
        "simgrid": (programs.Aiosim("simgrid"), 10_000, 50_000),
        "simgrid, transfers": (programs.Aiosim("simgrid", programs.TRANSFER),
                               5_000, 15_000),
        "bare simgrid, transfers": (programs.bare_simgrid(), 5_000, 15_000),
    }


def count(command):
    """Instructions of one run of a command."""
    with tempfile.NamedTemporaryFile(prefix="callgrind-") as out:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind",
             f"--callgrind-out-file={out.name}"] + command,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise timing.Failure(f"valgrind {' '.join(command)}\n{done.stderr}")
    return int(found.group(1))


def measure():
    """The object that is kept."""
    counts = {}
    for name, (program, few, many) in cases().items():
        timing.note(f"callgrind: {name}")
        counts[name] = round((count(program.command(many))
                              - count(program.command(few))) / (many - few), 1)
        program.close()
    timing.note("")
    return {"schema": 1, "tools": tools(), "per_request": counts}


def tools():
    """What the counts depend on besides our own code."""
    return {
        "machine": platform.machine(),
        "compiler": first_line("cc", "--version"),
        "valgrind": first_line("valgrind", "--version"),
        "libc": " ".join(platform.libc_ver()),
        "simgrid": first_line("pkg-config", "--modversion", "simgrid"),
    }


def first_line(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          check=False)
    return done.stdout.splitlines()[0] if done.stdout else "unknown"


def read_baseline():
    """What is kept, or None."""
    try:
        with open(BASELINE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def write_baseline(measured):
    os.makedirs(os.path.dirname(BASELINE), exist_ok=True)
    aside = BASELINE + ".tmp"
    with open(aside, "w", encoding="utf-8") as file:
        json.dump(measured, file, indent=2)
        file.write("\n")
    os.replace(aside, BASELINE)


def compare(measured, baseline):
    """Lines that say what moved, and the names of what became worse."""
    lines, worse = [], []
    for key, value in measured["tools"].items():
        kept = baseline["tools"].get(key)
        if kept != value:
            lines.append(f"the baseline was made with {key} {kept}, "
                         f"this is {value}")
    for name, now in measured["per_request"].items():
        kept = baseline["per_request"].get(name)
        if kept is None:
            lines.append(f"{name:45} {'new':>10} {now:10.0f}")
            continue
        change = now / kept - 1
        verdict = ""
        if change > TOLERANCE:
            worse.append(name)
            verdict = "  slower"
        lines.append(f"{name:45} {kept:10.0f} {now:10.0f} {change:+8.1%}"
                     f"{verdict}")
    return lines, worse
