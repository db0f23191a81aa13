"""The measurements of scripts/bench, and the object that bench.json holds."""

import os
import platform

from . import programs, timing

OUTSTANDING = (1, 4, 10, 100, 1000, 10_000, 100_000)
PROCESSES = (1, 4, 10, 100, 1000)
OUTPUTS = {
    "none": ["--no-requests", "--no-series"],
    "requests.csv": ["--no-series"],
    "series.csv": ["--no-requests"],
    "trace.txt": ["--no-requests", "--no-series", "--trace"],
    "perfetto.json": ["--no-requests", "--no-series", "--perfetto"],
}


def measure(quick):
    """Everything; sizes and rounds are a third of the full ones if `quick`."""
    scale, rounds = (3, 3) if quick else (1, 7)
    results = {"schema": 1, "quick": quick, "machine": describe_machine()}
    results["peers"] = peers(scale, rounds)
    results["outstanding"] = growth(
        {f"{n}": (programs.outstanding(n), n) for n in OUTSTANDING},
        scale, rounds)
    results["two_at_active_limit"] = growth(
        {f"{n}": (programs.at_active_limit(n), n) for n in OUTSTANDING
         if n >= 10}, scale, rounds)
    results["processes"] = growth(
        {f"{n}": (programs.processes(n), 4 * n) for n in PROCESSES},
        scale, rounds)
    results["outputs"] = outputs(scale, rounds)
    results["memory"] = memory(scale)
    return results


def describe_machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":", 1)[1].strip() for line in file
                         if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {"cpu": model, "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()}"}


def peers(scale, rounds):
    """Ours against others': ns a request, and ratios within each round."""
    cases = {
        "heap": (programs.Aiosim("heap"), 1000, 1_000_000 // scale),
        "bare heap": (programs.bare_heap(), 1000, 4_000_000 // scale),
        "SimPy": (programs.simpy("yardstick.py"), 1000, 200_000 // scale),
        "SimPy, the station alone": (programs.simpy("station.py"), 1000,
                                     200_000 // scale),
        "simgrid": (programs.Aiosim("simgrid"), 1000, 1_000_000 // scale),
        "simgrid, transfers": (programs.Aiosim("simgrid", programs.TRANSFER),
                               1000, 200_000 // scale),
        "bare simgrid, transfers": (programs.bare_simgrid(), 1000,
                                    200_000 // scale),
    }
    samples = timing.interleaved(cases, rounds)
    close(case[0] for case in cases.values())
    return {
        "ns_per_request": {name: timing.median(values)
                           for name, values in samples.items()},
        "ratios": {
            "SimPy / heap": timing.ratios(samples["SimPy"], samples["heap"]),
            "SimPy, the station alone / heap": timing.ratios(
                samples["SimPy, the station alone"], samples["heap"]),
            "heap / bare heap": timing.ratios(samples["heap"],
                                              samples["bare heap"]),
            "simgrid, transfers / bare simgrid, transfers": timing.ratios(
                samples["simgrid, transfers"],
                samples["bare simgrid, transfers"]),
            "simgrid / bare simgrid, transfers": timing.ratios(
                samples["simgrid"], samples["bare simgrid, transfers"]),
        },
    }


def growth(cases, scale, rounds):
    """ns a request by name, past the time in which the load builds up: each
    case is a program and how many requests it has outstanding."""
    sized = {}
    for name, (program, outstanding) in cases.items():
        few = 1000 + 2 * outstanding
        sized[name] = (program, few, few + 1_000_000 // scale)
    samples = timing.interleaved(sized, rounds)
    close(case[0] for case in sized.values())
    return {name: timing.median(values) for name, values in samples.items()}


def outputs(scale, rounds):
    """What each file costs, in ns a request over a run without any."""
    cases = {name: (programs.Aiosim("heap", files=files), 1000,
                    300_000 // scale) for name, files in OUTPUTS.items()}
    samples = timing.interleaved(cases, rounds)
    close(case[0] for case in cases.values())
    bare = timing.median(samples.pop("none"))
    return {name: timing.median(values) - bare
            for name, values in samples.items()}


def memory(scale):
    """Peak memory of long runs, and of a request in flight."""
    timing.note("memory")
    runs = {
        "heap": (programs.Aiosim("heap"), 10_000_000 // scale),
        "simgrid, transfers": (programs.Aiosim("simgrid", programs.TRANSFER),
                               1_000_000 // scale),
    }
    peak = {name: {"requests": count,
                   "bytes": timing.run(program.command(count))[1]}
            for name, (program, count) in runs.items()}
    shallow, deep = programs.outstanding(1000), programs.outstanding(101_000)
    grown = (timing.run(deep.command(210_000))[1]
             - timing.run(shallow.command(210_000))[1])
    close([program for program, _ in runs.values()] + [shallow, deep])
    timing.note("")
    return {"runs": peak, "bytes_per_request_in_flight": grown / 100_000}


def close(list_of_programs):
    for program in list_of_programs:
        program.close()
