"""crosscheck: a scenario for real and in virtual time, over each other.

Above the cumulative distributions of latency, on the scales of `latency`; below
the daemons over time: alive, and busy as a mean over each of some intervals.
"""

import json
import os

import numpy
from matplotlib import ticker

from . import data, latency, pool, style

# run, what its curve is called, colour, width; the real one lies below.
RUNS = (
    ("real", "real", style.BLACK, 3.6),
    ("measured", "measured services", style.SKY, 1.6),
    ("model", "device model", style.VERMILION, 1.4),
)
PARTS = (
    ("in the queue", "submit_ns", "start_ns"),
    ("in service", "start_ns", "finish_ns"),
    ("in all, from arrival", "arrival_ns", "finish_ns"),
)
INTERVALS = 120


class Run:
    """A folder of a crosscheck, and how it is drawn."""

    def __init__(self, directory, name, label, colour, width):
        self.label, self.colour, self.width = label, colour, width
        folder = os.path.join(directory, name)
        self.warmup_ns = data.read_summary(folder).get("warmup_ns", 0)
        self.requests = data.read_requests(folder)
        self.series = data.read_series(folder)
        for table, missing in ((self.requests, "requests.csv"),
                               (self.series, "series.csv")):
            if table is None:
                raise data.InputError(
                    f"{os.path.join(folder, missing)}: no such file")

    def latencies(self, begin, end):
        return latency.latencies(
            self.requests, data.measured(self.requests, self.warmup_ns),
            begin, end)


def read(directory):
    """crosscheck.json, as far as a figure needs it."""
    path = os.path.join(directory, "crosscheck.json")
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        runs = {"real"} | {c["run"] for c in found["comparisons"]}
        return found["question"] or found["scenario"], runs
    except OSError as error:
        raise data.InputError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise data.InputError(f"{path}: not what aiosim crosscheck writes: "
                              "is the file truncated?") from error


def draw(directory, stem):
    """Draws stem.{png,svg}; returns their paths."""
    question, names = read(directory)
    runs = [Run(directory, *run) for run in RUNS if run[0] in names]
    figure = style.new_figure(height=7.2)[0]
    figure.clear()
    grid = figure.add_gridspec(3, len(PARTS), height_ratios=(5, 2, 2))
    for column, part in enumerate(PARTS):
        axes = figure.add_subplot(grid[0, column])
        draw_latencies(axes, runs, part)
        if column == 0:
            top = axes
        else:
            axes.set_ylabel("")
            axes.tick_params(labelleft=False)
    alive = figure.add_subplot(grid[1, :])
    draw_daemons(alive, runs, "num_aio_procs", "daemons alive")
    alive.tick_params(labelbottom=False)
    busy = figure.add_subplot(grid[2, :], sharex=alive)
    draw_daemons(busy, runs, "busy_aio_procs", "daemons busy")
    set_time_axis(busy, runs)
    style.set_titles(figure, top, question, "", legend=False)
    top.set_title(PARTS[0][0], loc="left", fontsize=9, color=style.DIM)
    style.legend_above(alive)
    return style.save(figure, stem)


def draw_latencies(axes, runs, part):
    title, begin, end = part
    axes.set_title(title, loc="left", fontsize=9, color=style.DIM)
    samples = [(run, run.latencies(begin, end)) for run in runs]
    drawn = [(run, values) for run, values in samples
             if values.size and values[-1] > 0]
    if not drawn:
        style.say_empty(axes, "always 0" if any(values.size for _, values
                                                in samples) else "none")
        return
    low, high = latency.axis_limits([values for _, values in drawn])
    for run, values in drawn:
        latency.draw_distribution(axes, run.label, values, low, run.colour,
                                  run.width)
    latency.set_axes(axes, low, high, max(values.size for _, values in drawn))
    # There is room for few labels in a third of the width.
    axes.xaxis.set_major_locator(ticker.LogLocator(10, numticks=4))
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.set_xlabel("")


def last_instant(runs):
    return max((run.series["time_ns"][-1] for run in runs
                if run.series["time_ns"].size), default=1)


def draw_daemons(axes, runs, column, label):
    highest, interval = 1, max(1, last_instant(runs) // INTERVALS)
    for run in runs:
        times, values = run.series["time_ns"], run.series[column]
        if not times.size:
            continue
        begin, end = pool.span(times)
        if column == "busy_aio_procs" and times.size > 2 * INTERVALS:
            edges, _, _, values = pool.envelope(
                times, values, begin, end, max(1, (end - begin) // interval))
            times = edges[:-1]
        axes.step(numpy.append(times, end), numpy.append(values, values[-1]),
                  where="post", color=run.colour, linewidth=0.6 * run.width,
                  label=run.label)
        highest = max(highest, values.max())
    axes.set_ylim(0, highest * 1.15)
    axes.set_ylabel(label)
    axes.yaxis.set_major_locator(ticker.MaxNLocator(
        nbins=4, integer=True, steps=[1, 2, 4, 5, 8, 10]))


def set_time_axis(axes, runs):
    pool.set_time_axis(axes, 0, max(last_instant(runs), 1))
