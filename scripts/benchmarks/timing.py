"""Processor time and memory of programs: interleaved rounds, and medians.

Time is user and system time as the operating system counts it for a finished
process, so that waiting for a busy machine does not count.  What a program
needs before its first request is taken out: each round runs it with few and
with many requests, and the difference counts.  In a quick round on a busy
machine that may come out as anything.
"""

import os
import statistics
import subprocess
import sys


class Failure(Exception):
    """A program that was to be measured failed."""


def run(command):
    """Runs a command; returns its processor time in s, its peak memory in
    bytes."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE) as process:
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit status {process.returncode}\n"
                      + errors.decode(errors="replace"))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def ns_per_request(program, few, many):
    """One measurement, start-up taken out."""
    before, _ = run(program.command(few))
    after, _ = run(program.command(many))
    return (after - before) * 1e9 / (many - few)


def interleaved(cases, rounds):
    """Rounds over all cases, forth and back in turn, so that a machine that
    changes its speed does so for all.  `cases` maps a name to (program, few,
    many); returns a list of ns a request for each name, by round."""
    samples = {name: [] for name in cases}
    for number in range(rounds):
        names = list(cases) if number % 2 == 0 else list(reversed(cases))
        for name in names:
            note(f"round {number + 1} of {rounds}: {name}")
            samples[name].append(ns_per_request(*cases[name]))
    note("")
    return samples


def ratios(samples, others):
    """Median of the quotients round by round, with the least and the most."""
    quotients = [a / b for a, b in zip(samples, others)]
    return {"median": statistics.median(quotients), "min": min(quotients),
            "max": max(quotients)}


def median(samples):
    return statistics.median(samples)


def note(text):
    """Progress, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
