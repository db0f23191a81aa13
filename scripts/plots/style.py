"""How all figures look, and how they are written: size, colours, units."""

import os
import textwrap

import matplotlib

matplotlib.use("Agg")

# pylint: disable=wrong-import-position
from matplotlib import pyplot, ticker  # noqa: E402

# Okabe and Ito's palette, told apart by colour-blind readers too.
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILION, SKY, PURPLE = "#D55E00", "#56B4E9", "#CC79A7"
BLACK, DIM, GREY = "#222222", "#555555", "#888888"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)

WIDTH_INCHES = 8.0

NS_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))

matplotlib.rcParams.update({
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "xtick.color": BLACK,
    "ytick.color": BLACK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "lines.linewidth": 1.6,
    "svg.hashsalt": "aiosim",
    "figure.constrained_layout.use": True,
})


def new_figure(rows=1, columns=1, height=4.2, **options):
    """A figure of README width and its axes."""
    return pyplot.subplots(rows, columns, figsize=(WIDTH_INCHES, height),
                           **options)


def new_mosaic(names, height):
    """A figure of README width and its axes by name, as laid out in `names`."""
    return pyplot.subplot_mosaic(names, figsize=(WIDTH_INCHES, height))


def set_title(figure, title):
    """The question, over the whole figure."""
    figure.suptitle(textwrap.fill(title, 80), x=0.01, ha="left", fontsize=11,
                    fontweight="bold")


def set_titles(figure, axes, title, subtitle, legend=True):
    """The question, and over `axes`, the first ones, what is shown."""
    set_title(figure, title)
    axes.set_title(textwrap.fill(subtitle, 115), loc="left", fontsize=9,
                   color=DIM, pad=22 if legend else 6)


def save(figure, stem):
    """Writes stem.png and stem.svg, each whole or not at all; returns paths."""
    paths = []
    for suffix, metadata in (("png", {}), ("svg", {"Date": None})):
        path = f"{stem}.{suffix}"
        aside = f"{path}.tmp"
        figure.savefig(aside, format=suffix, dpi=150, metadata=metadata)
        os.replace(aside, path)
        paths.append(path)
    pyplot.close(figure)
    return paths


def format_ns(ns, digits=3):
    """A time in the unit that reads best: 1.25 ms."""
    if ns == 0:
        return "0"
    for scale, unit in NS_UNITS:
        # What would round up to 1000 of a unit is one of the next.
        if abs(ns) >= scale * 0.9995 or scale == 1:
            return f"{format_count(ns / scale, digits)} {unit}"
    raise AssertionError("unreachable: the last unit takes everything")


def format_count(value, digits=3):
    """At most `digits` significant ones, but never 1e+03."""
    if abs(value) >= 10 ** digits:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def time_unit(span_ns):
    """The (scale, name) in which an axis over this span reads best."""
    for scale, unit in NS_UNITS:
        if span_ns >= 2 * scale:
            return scale, unit
    return NS_UNITS[-1]


def use_time_ticks(axis):
    """Labels a matplotlib axis that is in ns with readable units."""
    axis.set_major_formatter(ticker.FuncFormatter(lambda ns, _: format_ns(ns)))


def use_log_time_ticks(axis, low_ns, high_ns):
    """A log axis in ns, with readable units."""
    use_log_ticks(axis, low_ns, high_ns)
    use_time_ticks(axis)


def use_log_count_ticks(axis, low, high):
    """A log axis of counts or rates: 5,000 rather than a power."""
    use_log_ticks(axis, low, high)
    axis.set_major_formatter(ticker.FuncFormatter(
        lambda value, _: f"{value:,.10g}"))


def use_log_ticks(axis, low, high):
    """Ticks of a log axis: at decades, and between on a short one."""
    ratio = high / max(low, 1)
    steps = (1,) if ratio > 3000 else (1, 3) if ratio > 30 else (1, 2, 5)
    axis.set_major_locator(ticker.LogLocator(10, subs=steps, numticks=30))
    axis.set_minor_locator(ticker.LogLocator(10, subs=range(1, 10),
                                             numticks=100))
    axis.set_minor_formatter(ticker.NullFormatter())


def legend_above(axes, **options):
    """A legend in one line above the axes, where it hides nothing."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        options = {"ncol": len(handles), **options}
        axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1.0),
                    borderaxespad=0.1, handlelength=1.6, columnspacing=1.4,
                    borderpad=0.2, **options)


def say(axes, text):
    """A word in the middle of the axes."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center",
              va="center", color=GREY)


def say_empty(axes, text):
    """Says why there is nothing to draw, on axes that then have no scale."""
    say(axes, text)
    axes.set_xticks([])
    axes.set_yticks([])
