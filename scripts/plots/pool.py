"""pool: requests and daemons over time, below the limits that hold them.

A run may have millions of instants.  It is then cut into COLUMNS intervals,
each of which shows its time-weighted mean and, thin, its greatest value: no
peak is lost.  Where two lines may coincide, the lower one is the wider.
"""

import numpy
from matplotlib import ticker

from . import data, style

COLUMNS = 200
MOST_STEPS = 1000
REFUSAL_TICKS = 700
WIDE, THIN = 3.2, 1.4


def draw(series, requests, summary, title, stem):
    """Draws pool.{png,svg}; returns their paths."""
    figure, (top, bottom) = style.new_figure(
        2, height=5.6, sharex=True, gridspec_kw={"height_ratios": (3, 2)})
    times, sysctls = series["time_ns"], summary.get("sysctl", {})
    caption = "Requests and daemons over time"
    if times.size:
        begin, end = span(times, summary.get("simulated_ns", 0))
        draw_requests(top, series, requests, sysctls, (begin, end))
        draw_daemons(bottom, series, requests, sysctls, (begin, end))
        set_time_axis(bottom, begin, end)
        if times.size > MOST_STEPS:
            caption += ("; line: mean, thin: greatest, of each "
                        f"{style.format_ns((end - begin) / COLUMNS, 2)}")
    else:
        style.say_empty(top, "nothing happened")
        style.say_empty(bottom, "nothing happened")
    style.set_titles(figure, top, title, caption, legend=bool(times.size))
    return style.save(figure, stem)


class TimeLocator(ticker.MaxNLocator):
    """Round ticks in the axis' unit though the axis itself is in ns."""

    def __init__(self, scale):
        super().__init__(nbins=8, steps=[1, 2, 2.5, 5, 10])
        self.scale = scale

    def tick_values(self, vmin, vmax):
        return super().tick_values(vmin / self.scale,
                                   vmax / self.scale) * self.scale


def span(times, simulated_ns=0):
    """Where the time axis begins and ends; never empty."""
    return times[0], max(times[-1], simulated_ns, times[0] + 1)


def set_time_axis(axes, begin, end):
    scale, unit = style.time_unit(end)
    axes.set_xlim(begin, end)
    axes.set_xlabel(f"time, {unit}")
    axes.xaxis.set_major_locator(TimeLocator(scale))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(
        lambda ns, _: f"{ns / scale:g}"))


def draw_requests(axes, series, requests, sysctls, limits):
    times = series["time_ns"]
    lines = [(times, series["num_queue_count"], "not collected", style.SKY,
              WIDE)]
    if "unfinished" in series:
        lines.append((times, series["unfinished"], "not finished", style.BLUE,
                      THIN))
    elif requests is not None:
        lines.append((*unfinished(requests), "not finished", style.BLUE, THIN))
    lines.append((times, series["waiting"], "waiting for a daemon",
                  style.VERMILION, THIN))
    for when, values, *look in lines:
        draw_steps(axes, when, values, limits, *look)
    highest = max(values.max() for _, values, *_ in lines if values.size)
    axes.set_ylim(0, max(1, highest) * 1.12)
    draw_limit(axes, sysctls, "vfs.aio.max_aio_queue", highest)
    if requests is not None:
        draw_refusals(axes, requests, *limits)
    axes.set_ylabel("requests")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(
        nbins=6, integer=True, steps=[1, 2, 5, 10]))
    style.legend_above(axes)


def draw_daemons(axes, series, requests, sysctls, limits):
    times, alive = series["time_ns"], series["num_aio_procs"]
    highest = alive.max()
    draw_steps(axes, times, alive, limits, "daemons alive", style.GREEN, WIDE)
    draw_steps(axes, times, series["busy_aio_procs"], limits, "daemons busy",
               style.ORANGE, THIN)
    sockets = series.get("so_num_procs")
    if sockets is not None and sockets_matter(sockets, requests):
        draw_steps(axes, times, sockets, limits, "socket daemons alive",
                   style.PURPLE, THIN)
        highest = max(highest, sockets.max())
    axes.set_ylim(0, max(1, highest) * 1.15)
    draw_limit(axes, sysctls, "vfs.aio.max_aio_procs", highest)
    draw_limit(axes, sysctls, "vfs.aio.target_aio_procs", highest, "top")
    axes.set_ylabel("daemons")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(
        nbins=5, integer=True, steps=[1, 2, 4, 5, 8, 10]))
    style.legend_above(axes)


def sockets_matter(sockets, requests):
    """Four socket daemons are there in every run, mostly with nothing to do."""
    if sockets.min() != sockets.max():
        return True
    return requests is not None and bool(
        numpy.char.startswith(requests["daemon"], b"soaiod").any())


def unfinished(requests):
    """Accepted and unfinished requests: the instants of change, the counts."""
    accepted = ((requests["submit_ns"] != data.ABSENT)
                & ~data.refused(requests))
    ended = accepted & (requests["finish_ns"] != data.ABSENT)
    return count_between(requests["submit_ns"][accepted],
                         requests["finish_ns"][ended])


def count_between(begins, ends):
    """How many have begun and not ended: the instants of change, the counts."""
    changes = numpy.concatenate((begins, ends))
    signs = numpy.concatenate((numpy.ones(begins.size, int),
                               -numpy.ones(ends.size, int)))
    order = numpy.argsort(changes, kind="stable")
    when, counts = changes[order], numpy.cumsum(signs[order])
    # Of several changes at one instant, the last tells what held after it.
    last = numpy.append(when[1:] != when[:-1], True) if when.size else []
    return when[last], counts[last]


def draw_steps(axes, times, values, limits, label, colour, width):
    """A step function: exact where it has few steps, else by intervals.

    A wide line has no greatest values: they are those of the one above it.
    """
    if not times.size:
        return
    look = {"color": colour, "linewidth": width, "solid_capstyle": "butt"}
    if times.size <= MOST_STEPS:
        axes.step(numpy.append(times, limits[1]),
                  numpy.append(values, values[-1]), where="post", label=label,
                  **look)
        return
    edges, _, greatest, mean = envelope(times, values, *limits)
    middles = (edges[:-1] + edges[1:]) / 2
    axes.plot(middles, mean, label=label, **look)
    if width == THIN:
        axes.plot(middles, greatest, color=colour, linewidth=0.8, alpha=0.7)


def envelope(times, values, begin, end, columns=COLUMNS):
    """Edges of the columns, and each one's least, greatest and mean value.

    The value that held when a column began belongs to it too.
    """
    edges = numpy.linspace(begin, end, columns + 1)
    inside = edges[1:-1][edges[1:-1] > times[0]]
    held = values[numpy.searchsorted(times, inside, "right") - 1]
    when = numpy.concatenate((times, inside))
    order = numpy.argsort(when, kind="stable")
    when, what = when[order], numpy.concatenate((values, held))[order]

    column = numpy.clip(numpy.searchsorted(edges, when, "right") - 1, 0,
                        columns - 1)
    filled, first = numpy.unique(column, return_index=True)
    lengths = numpy.diff(numpy.append(when, end))
    weights = numpy.maximum(numpy.add.reduceat(lengths, first), 1e-9)
    least = numpy.minimum.reduceat(what, first)
    greatest = numpy.maximum.reduceat(what, first)
    mean = numpy.add.reduceat(what * lengths, first) / weights
    mean = numpy.clip(mean, least, greatest)
    # A column before the first row takes its neighbour's.
    source = numpy.clip(numpy.searchsorted(filled, numpy.arange(columns),
                                           "right") - 1, 0, None)
    return edges, least[source], greatest[source], mean[source]


def draw_limit(axes, sysctls, node, highest, side="bottom"):
    """A dashed line at a limit that is near what was reached.

    Its name stands right of the axes, above the line or (side "top") below it.
    """
    limit = sysctls.get(node)
    if not isinstance(limit, (int, float)) or limit > 1.6 * max(1, highest):
        return
    # Above the lines, since a pool often stands at its limit.
    axes.axhline(limit, color=style.BLACK, linewidth=1, linestyle=(0, (5, 3)),
                 zorder=3)
    axes.annotate(f"{node.rsplit('.', 1)[1]} {limit:g}", (1, limit),
                  xycoords=("axes fraction", "data"), xytext=(3, 0),
                  textcoords="offset points", va=side, fontsize=8)
    axes.set_ylim(0, max(axes.get_ylim()[1], limit * 1.15))


def draw_refusals(axes, requests, begin, end):
    """A tick below the top edge for each pixel or so that saw a refusal."""
    times = requests["submit_ns"][data.refused(requests)]
    if not times.size:
        return
    columns = numpy.unique((times - begin) * REFUSAL_TICKS // (end - begin))
    axes.set_ylim(0, axes.get_ylim()[1] * 1.08)
    axes.plot(begin + columns * (end - begin) / REFUSAL_TICKS,
              numpy.full(columns.size, 0.975), "|", color=style.BLACK,
              markersize=7, markeredgewidth=0.8,
              transform=axes.get_xaxis_transform(),
              label=f"refusals ({times.size:,})")
