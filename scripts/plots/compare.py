"""compare: one scenario with several kernels.

Above the cumulative distributions of latency, on the scales of `latency`; below
what the kernels made of the load: throughput, refusals, daemons.
"""

import csv
import os

import numpy

from . import data, latency, style

# metric of compare.csv, title of the panel
BARS = (
    ("throughput_per_s", "requests finished per second"),
    ("refused", "attempts refused"),
    ("pools.daemons.max", "daemons at most"),
)
# Of the first and of the last kernel: those below show where curves coincide.
WIDEST, THINNEST = 3.4, 1.6


class Comparison:
    """A compare.csv: its kernels, and its figures by name."""

    def __init__(self, directory):
        self.directory = directory
        self.path = os.path.join(directory, "compare.csv")
        try:
            with open(self.path, newline="", encoding="utf-8") as file:
                rows = list(csv.reader(file))
        except OSError as error:
            raise data.InputError(f"{self.path}: {error.strerror}") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise data.InputError(f"{self.path}: not a CSV file") from error
        if not rows or rows[0][:1] != ["metric"] or len(rows[0]) < 2:
            raise data.InputError(f"{self.path}:1: no columns 'metric' and of "
                                  "kernels")
        self.kernels = rows[0][1:]
        self.figures = {}
        for number, row in enumerate(rows[1:], 2):
            if len(row) != len(rows[0]):
                raise data.InputError(
                    f"{self.path}:{number}: {len(row)} fields instead of "
                    f"{len(rows[0])}: is the file truncated?")
            self.figures[row[0]] = self.numbers(number, row)

    def numbers(self, number, row):
        try:
            return [float(field) if field else 0.0 for field in row[1:]]
        except ValueError as error:
            raise data.InputError(f"{self.path}:{number}: {error}") from error

    def values(self, metric):
        """One number a kernel; refusals are summed over their limits."""
        if metric == "refused":
            lists = [values for name, values in self.figures.items()
                     if name.startswith("requests.refused.")]
            return [sum(column) for column in zip(*lists)] or self.nothing()
        return self.figures.get(metric, self.nothing())

    def nothing(self):
        return [0.0] * len(self.kernels)


def draw(directory, stem):
    """Draws stem.{png,svg}; returns their paths."""
    comparison = Comparison(directory)
    figure = style.new_figure(height=6.4)[0]
    figure.clear()
    grid = figure.add_gridspec(2, len(BARS), height_ratios=(5, 2))
    top = figure.add_subplot(grid[0, :])
    colours = [style.PALETTE[index % len(style.PALETTE)]
               for index in range(len(comparison.kernels))]
    question = draw_latencies(top, comparison, colours)
    for column, (metric, title) in enumerate(BARS):
        draw_bars(figure.add_subplot(grid[1, column]), comparison, metric,
                  title, colours)
    style.set_titles(figure, top, question or os.path.basename(stem),
                     "Latency of finished requests by kernel, on the same "
                     "random numbers")
    return style.save(figure, stem)


def draw_latencies(axes, comparison, colours):
    """A curve a kernel; returns the scenario's question."""
    samples, question = [], ""
    for kernel, colour in zip(comparison.kernels, colours):
        folder = os.path.join(comparison.directory, kernel)
        summary = data.read_summary(folder)
        question = question or summary.get("question")
        requests = data.read_requests(folder)
        if requests is None:
            continue
        values = latency.latencies(
            requests, data.measured(requests, summary.get("warmup_ns", 0)),
            "arrival_ns", "finish_ns")
        if values.size and values[-1] > 0:
            samples.append((kernel, values, colour))
    if not samples:
        style.say_empty(axes, "no request finished")
        return question
    low, high = latency.axis_limits([values for _, values, _ in samples])
    widths = numpy.linspace(WIDEST, THINNEST, len(samples))
    for (kernel, values, colour), width in zip(samples, widths):
        latency.draw_distribution(axes, kernel, values, low, colour, width)
    latency.set_axes(axes, low, high, max(values.size
                                          for _, values, _ in samples))
    style.legend_above(axes)
    return question


def draw_bars(axes, comparison, metric, title, colours):
    values = comparison.values(metric)
    places = numpy.arange(len(values))
    axes.barh(places, values, color=colours, height=0.6)
    axes.set_xlim(0, max(max(values) * 1.35, 1))
    for place, value in zip(places, values):
        axes.text(value, place, f" {style.format_count(value, 4)}",
                  va="center", fontsize=9)
    axes.set_yticks(places, comparison.kernels if metric == BARS[0][0]
                    else [""] * len(values))
    axes.invert_yaxis()
    axes.set_title(title, loc="left", fontsize=9, color=style.DIM)
    axes.grid(False)
    axes.set_xticks([])
