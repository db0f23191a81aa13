"""sweep: latency, throughput and refusals against the swept value.

A sweep over several keys gives a column for each combination of the others;
several sweeps stand side by side.  Columns share their scales.
"""

import textwrap

import numpy
from matplotlib import ticker
from matplotlib.transforms import offset_copy

from . import data, style

# Metric, label, colour, marker; the darker the rarer.
PERCENTILES = (
    ("latency_p50", "p50", style.SKY, "o"),
    ("latency_p90", "p90", style.BLUE, "s"),
    ("latency_p99", "p99", style.BLACK, "D"),
)
MOST_COLUMNS = 6
# Columns whose greatest throughputs differ by more get scales of their own.
COMMON_SCALE = 8


def draw(sweeps, stem, title=None):
    """Draws stem.{png,svg}, titled with the scenario's question if it has one.

    Returns the pictures' paths.
    """
    panels = [panel for sweep in sweeps for panel in split(sweep)]
    if len(panels) > MOST_COLUMNS:
        raise data.InputError(
            f"{sweeps[0].path}: {len(panels)} combinations of swept values, "
            f"more than the {MOST_COLUMNS} columns that a figure can hold")
    figure, grid = style.new_figure(3, len(panels), height=7.2, squeeze=False,
                                    gridspec_kw={"height_ratios": (5, 3, 2.2)})
    figure.set_figwidth(max(style.WIDTH_INCHES, 3.2 * len(panels)))
    for panel, column in zip(panels, grid.T):
        draw_panel(panel, column)
    share_scales(panels, grid)
    style.legend_above(grid[0][0])
    title = title or question(sweeps) or what_was_swept(sweeps)
    if len(panels) == 1:
        style.set_titles(figure, grid[0][0], title, subtitle(sweeps, title))
    else:
        set_column_titles(grid, panels)
        style.set_title(figure, title)
        figure.supxlabel(textwrap.fill(subtitle(sweeps, title), 115), x=0.01,
                         ha="left", fontsize=9, color=style.DIM)
    return style.save(figure, stem)


class Panel:
    """The points of a sweep in which all keys but one are the same."""

    def __init__(self, sweep, key, rows, others):
        self.sweep, self.key, self.rows, self.others = sweep, key, rows, others
        self.texts = [sweep.texts(key)[row] for row in rows]
        self.places, self.scale = place(self.texts)

    def values(self, column):
        return self.sweep.values(column)[self.rows]


def split(sweep):
    """The panels of a sweep; along x goes the key with most values."""
    key = max(sweep.keys, key=lambda name: len(set(sweep.texts(name))))
    others = [name for name in sweep.keys if name != key]
    groups = {}
    for row in range(len(sweep.rows)):
        group = tuple(sweep.texts(name)[row] for name in others)
        groups.setdefault(group, []).append(row)
    return [Panel(sweep, key, rows, [f"{name} = {value}" for name, value
                                     in zip(others, group)])
            for group, rows in groups.items()]


def place(texts):
    """Where the values stand on the x axis, and on what kind of scale."""
    try:
        values = numpy.array([float(text) for text in texts])
    except ValueError:
        return numpy.arange(len(texts)), "names"
    if (values > 0).all() and (numpy.log2(values) % 1 == 0).all():
        return values, "log2"
    return values, "linear"


def are_apart(places):
    """Whether there is room below the axis to name each of the values."""
    places = numpy.unique(places)
    return places.size < 2 or (numpy.diff(places).min()
                               >= (places[-1] - places[0]) / 10)


def draw_panel(panel, column):
    latency, throughput, refusals = column
    for aside, (metric, label, colour, marker) in zip(
            (-3, 0, 3), PERCENTILES):
        draw_line(latency, panel, f"{metric}_ns", f"{metric}_ci", label=label,
                  colour=colour, marker=marker, aside=aside)
    latency.set_ylabel("latency")
    draw_line(throughput, panel, "throughput_per_s", "throughput_ci",
              colour=style.GREEN)
    throughput.set_ylabel("requests per second")
    throughput.yaxis.set_major_formatter(ticker.FuncFormatter(
        lambda value, _: f"{value:,.0f}" if value >= 10 else f"{value:g}"))
    draw_line(refusals, panel, "refused_share", "refused_share_ci",
              colour=style.VERMILION, scale=100)
    refusals.set_ylabel("refused, %")
    if not numpy.nan_to_num(panel.values("refused_share")).any():
        style.say(refusals, "none refused")
    for axes in column:
        set_value_axis(axes, panel, axes is refusals)
    # Whole markers at zero, over the axis.  What has no points would upset the
    # layout.
    for line in (*throughput.lines, *refusals.lines):
        line.set(clip_on=line.get_xdata().size == 0, zorder=3)
    mark_good_enough(panel, column)


def draw_line(axes, panel, metric, interval, *, colour, label=None, marker="o",
              aside=0, scale=1):
    """Points, their 95 % intervals where known, and a line through them.

    Points with intervals stand `aside` by so many points, so that the bars of
    several lines do not cover each other.
    """
    values = panel.values(metric) * scale
    half = numpy.nan_to_num(panel.values(interval)) * scale
    order = numpy.argsort(panel.places, kind="stable")
    known = order[~numpy.isnan(values[order])]
    # None of the metrics can be negative, though an interval may reach there.
    reach = numpy.vstack((numpy.minimum(half, values), half))[:, known]
    moved = offset_copy(axes.transData, axes.figure, units="points",
                        x=aside if half.any() else 0)
    axes.errorbar(panel.places[known], values[known],
                  yerr=reach if half.any() else None, label=label, color=colour,
                  linestyle="none" if panel.scale == "names" else "-",
                  marker=marker, markersize=4.5, capsize=2.5, elinewidth=1,
                  transform=moved)


def set_value_axis(axes, panel, lowest):
    first, last = panel.places.min(), panel.places.max()
    if panel.scale == "log2":
        axes.set_xscale("log", base=2)
        axes.set_xlim(first / 1.3, last * 1.3)
        axes.xaxis.set_minor_locator(ticker.NullLocator())
    else:
        margin = 0.5 if panel.scale == "names" else 0.06 * (last - first) or 0.5
        axes.set_xlim(first - margin, last + margin)
    if panel.scale != "linear" or are_apart(panel.places):
        axes.set_xticks(panel.places, panel.texts)
    if lowest:
        axes.set_xlabel(panel.key)
    else:
        axes.tick_params(axis="x", labelbottom=False)


def mark_good_enough(panel, column):
    """A dotted line at the answer, where the key is the size of a pool."""
    if panel.key not in data.POOL_KEYS or panel.scale == "names":
        return
    answer = data.smallest_good_enough(panel.places,
                                       panel.values("latency_p99_ns"))
    if answer is None:
        return
    for axes in column:
        axes.axvline(answer, color=style.GREY, linestyle=":", linewidth=1.2,
                     zorder=1)
    ends = column[0].transData.transform([(panel.places.min(), 1), (answer, 1),
                                          (panel.places.max(), 1)])[:, 0]
    left = 2 * ends[1] < ends[0] + ends[2]
    column[0].annotate(
        f"{answer:g}: smallest with\np99 within 10 %\nof the best",
        (answer, 0.985), xycoords=("data", "axes fraction"), fontsize=8,
        color=style.DIM, xytext=(5 if left else -5, 0), va="top",
        textcoords="offset points", ha="left" if left else "right")


def share_scales(panels, grid):
    share_latency_scale(panels, grid[0])
    tops = [highest(panel, "throughput_per_s", "throughput_ci") or 1
            for panel in panels]
    common = max(tops) <= COMMON_SCALE * min(tops)
    for axes, top in zip(grid[1], tops):
        axes.set_ylim(0, 1.12 * (max(tops) if common else top))
    # At least one percent: below it there is nothing to see.
    refused = max(highest(panel, "refused_share", "refused_share_ci")
                  for panel in panels)
    for axes in grid[2]:
        axes.set_ylim(0, 1.15 * max(100 * refused, 1))
    for row, shared in zip(grid, (True, common, True)):
        for axes in row[1:]:
            axes.set_ylabel("")
            axes.tick_params(axis="y", labelleft=not shared)


def highest(panel, metric, interval):
    """The top of a panel's highest interval; 0 where nothing is known."""
    tops = panel.values(metric) + numpy.nan_to_num(panel.values(interval))
    return numpy.nan_to_num(tops).max()


def share_latency_scale(panels, row):
    """Logarithmic where the latencies span much, else from zero."""
    points = numpy.concatenate([panel.values(f"{metric}_ns") for panel in panels
                                for metric, *_ in PERCENTILES])
    points = points[points > 0]
    if not points.size:
        style.say(row[0], "no request finished")
        return
    low = points.min()
    high = max(highest(panel, f"{metric}_ns", f"{metric}_ci")
               for panel in panels for metric, *_ in PERCENTILES)
    for axes in row:
        if high > 8 * low:
            axes.set_yscale("log")
            axes.set_ylim(low / 1.6, 1.5 * high * (high / low) ** 0.15)
            style.use_log_time_ticks(axes.yaxis, low, high)
        else:
            axes.set_ylim(0, 1.35 * high)
            style.use_time_ticks(axes.yaxis)


def set_column_titles(grid, panels):
    """The sweep, where there are several, and the values of other keys."""
    several = len(set(panel.sweep.path for panel in panels)) > 1
    for panel, axes in zip(panels, grid[0]):
        axes.set_title("\n".join([panel.sweep.name] * several + panel.others),
                       loc="left", fontsize=10, pad=22)


def question(sweeps):
    """What all the sweeps ask."""
    asked = set(sweep.question for sweep in sweeps)
    return asked.pop() if len(asked) == 1 else ""


def what_was_swept(sweeps):
    def listed(texts):
        return " and ".join(dict.fromkeys(texts))
    return (f"{listed(key for sweep in sweeps for key in sweep.keys)} swept in "
            f"{listed(sweep.scenario for sweep in sweeps)}")


def subtitle(sweeps, title):
    what = what_was_swept(sweeps)
    if title == what:
        what = "Latency, throughput and refusals"
    kernels = sorted(set(sweep.kernel for sweep in sweeps) - {""})
    reps = max(numpy.nan_to_num(sweep.values("reps")).max() for sweep in sweeps)
    return ", ".join([what] + kernels) + (
        "; one run a point" if reps <= 1 else
        f"; means of {reps:g} runs a point, bars: 95 % intervals")
