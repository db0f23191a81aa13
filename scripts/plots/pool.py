"""pool: requests and daemons over time, below the limits that hold them.

A run may have millions of instants.  Each column of pixels then shows the
range between its least and its greatest value, so that no peak is lost, and
the time-weighted mean within it.
"""

import numpy
from matplotlib import ticker

from . import data, style

COLUMNS = 700


def draw(series, requests, sysctls, title, stem):
    """Draws pool.{png,svg}; returns their paths."""
    figure, (top, bottom) = style.new_figure(
        2, height=5.6, sharex=True, gridspec_kw={"height_ratios": (3, 2)})
    times = series["time_ns"]
    if times.size:
        begin, end = span(times)
        scale, unit = style.time_unit(end)
        draw_requests(top, series, requests, sysctls, begin, end)
        draw_daemons(bottom, series, sysctls, begin, end)
        bottom.set_xlim(begin, end)
        bottom.set_xlabel(f"time, {unit}")
        bottom.xaxis.set_major_locator(TimeLocator(scale))
        bottom.xaxis.set_major_formatter(ticker.FuncFormatter(
            lambda ns, _: f"{ns / scale:g}"))
    else:
        style.say_empty(top, "nothing happened")
        style.say_empty(bottom, "nothing happened")
    dense = times.size > 2 * COLUMNS
    style.set_titles(
        figure, top, title, "Requests and daemons over time" + (
            "; line: mean, shade: least to greatest, of each pixel column"
            if dense else ""), legend=bool(times.size))
    return style.save(figure, stem)


class TimeLocator(ticker.MaxNLocator):
    """Round ticks in the axis' unit though the axis itself is in ns."""

    def __init__(self, scale):
        super().__init__(nbins=8, steps=[1, 2, 2.5, 5, 10])
        self.scale = scale

    def tick_values(self, vmin, vmax):
        return super().tick_values(vmin / self.scale,
                                   vmax / self.scale) * self.scale


def span(times):
    """Where the time axis begins and ends; never empty."""
    return times[0], max(times[-1], times[0] + 1)


def draw_requests(axes, series, requests, sysctls, begin, end):
    times = series["time_ns"]
    lines = [(times, series["num_queue_count"], "not collected", style.SKY,
              0.3)]
    if "unfinished" in series:
        lines.append((times, series["unfinished"], "not finished", style.BLUE,
                      0.3))
    elif requests is not None:
        lines.append((*unfinished(requests), "not finished", style.BLUE, 0.3))
    lines.append((times, series["waiting"], "waiting for a daemon",
                  style.VERMILION, 0.7))
    for when, values, *look in lines:
        draw_steps(axes, when, values, begin, end, *look)
    highest = max(values.max() for _, values, *_ in lines if values.size)
    axes.set_ylim(0, max(1, highest) * 1.12)
    draw_limit(axes, sysctls, "vfs.aio.max_aio_queue", highest)
    if requests is not None:
        draw_refusals(axes, requests, begin, end)
    axes.set_ylabel("requests")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(
        nbins=6, integer=True, steps=[1, 2, 5, 10]))
    style.legend_above(axes)


def draw_daemons(axes, series, sysctls, begin, end):
    times, alive = series["time_ns"], series["num_aio_procs"]
    draw_steps(axes, times, alive, begin, end, "daemons alive", style.GREEN)
    draw_steps(axes, times, series["busy_aio_procs"], begin, end,
               "daemons busy", style.ORANGE)
    highest = alive.max()
    sockets = series.get("so_num_procs")
    if sockets is not None and sockets.any():
        draw_steps(axes, times, sockets, begin, end, "socket daemons",
                   style.PURPLE)
        highest = max(highest, sockets.max())
    axes.set_ylim(0, max(1, highest) * 1.15)
    draw_limit(axes, sysctls, "vfs.aio.max_aio_procs", highest)
    draw_limit(axes, sysctls, "vfs.aio.target_aio_procs", highest, "top")
    axes.set_ylabel("daemons")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(
        nbins=5, integer=True, steps=[1, 2, 4, 5, 8, 10]))
    style.legend_above(axes)


def unfinished(requests):
    """Accepted and unfinished requests: the instants of change, the counts."""
    accepted = ((requests["submit_ns"] != data.ABSENT)
                & ~data.refused(requests))
    ended = accepted & (requests["finish_ns"] != data.ABSENT)
    changes = numpy.concatenate((requests["submit_ns"][accepted],
                                 requests["finish_ns"][ended]))
    signs = numpy.concatenate((numpy.ones(accepted.sum(), int),
                               -numpy.ones(ended.sum(), int)))
    order = numpy.argsort(changes, kind="stable")
    when, counts = changes[order], numpy.cumsum(signs[order])
    # Of several changes at one instant, the last tells what held after it.
    last = numpy.append(when[1:] != when[:-1], True) if when.size else []
    return when[last], counts[last]


def draw_steps(axes, times, values, begin, end, label, colour, alpha=0.3):
    """A step function: exact where it has few steps, else an envelope."""
    if not times.size:
        return
    if times.size <= 2 * COLUMNS:
        axes.step(numpy.append(times, end), numpy.append(values, values[-1]),
                  where="post", color=colour, label=label)
        return
    edges, least, greatest, mean = envelope(times, values, begin, end)
    axes.fill_between(edges, numpy.append(least, least[-1]),
                      numpy.append(greatest, greatest[-1]), step="post",
                      color=colour, alpha=alpha, linewidth=0)
    axes.plot((edges[:-1] + edges[1:]) / 2, mean, color=colour, linewidth=1.2,
              label=label)


def envelope(times, values, begin, end, columns=COLUMNS):
    """Edges of the columns, and each one's least, greatest and mean value.

    The value that held when a column began belongs to it too.
    """
    edges = numpy.linspace(begin, end, columns + 1)
    inside = (edges[1:-1] > times[0]) & (edges[1:-1] < times[-1])
    held = values[numpy.searchsorted(times, edges[1:-1][inside], "right") - 1]
    when = numpy.concatenate((times, edges[1:-1][inside]))
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
    # A column before the first row or after the last takes its neighbour's.
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
    axes.axhline(limit, color=style.BLACK, linewidth=1, linestyle=(0, (5, 3)),
                 zorder=1.5)
    axes.annotate(f"{node.rsplit('.', 1)[1]} {limit:g}", (1, limit),
                  xycoords=("axes fraction", "data"), xytext=(3, 0),
                  textcoords="offset points", va=side, fontsize=8)
    axes.set_ylim(0, max(axes.get_ylim()[1], limit * 1.15))


def draw_refusals(axes, requests, begin, end):
    """A tick below the top edge for each pixel column that saw a refusal."""
    times = requests["submit_ns"][data.refused(requests)]
    if not times.size:
        return
    columns = numpy.unique((times - begin) * COLUMNS // (end - begin))
    axes.set_ylim(0, axes.get_ylim()[1] * 1.08)
    axes.plot(begin + columns * (end - begin) / COLUMNS,
              numpy.full(columns.size, 0.975), "|", color=style.BLACK,
              markersize=7, markeredgewidth=0.8,
              transform=axes.get_xaxis_transform(),
              label=f"refusals ({times.size:,})")
