"""latency: how long requests took, and which part of the way took it.

Cumulative distributions on a probability (logit) scale, which gives the fast
tail, the body and the slow tail a third of the height each.
"""

import numpy
from matplotlib import ticker

from . import data, style

# name, from, to, colour, width, dashes; the definitions of `latency_ns`.
# The total is wide and lies below: a part that makes up all of it shows on top.
PARTS = (
    ("total", "arrival_ns", "finish_ns", style.BLACK, 3.4, "-"),
    ("admission", "arrival_ns", "submit_ns", style.PURPLE, 1.6, ":"),
    ("queue", "submit_ns", "start_ns", style.VERMILION, 1.6, "--"),
    ("service", "start_ns", "finish_ns", style.SKY, 1.6, "-"),
    ("collect", "finish_ns", "collect_ns", style.GREEN, 1.6, "-."),
)
MARKED = (0.5, 0.9, 0.99, 0.999)
TICKS = (0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)
LOWEST = 0.01
# What the labels of percentiles take of the width.
LABELS = 0.17


def draw(requests, warmup_ns, title, stem):
    """Draws latency.{png,svg}; returns their paths."""
    measured = data.measured(requests, warmup_ns)
    figure, axes = style.new_figure(height=4.4)
    samples = [(part, latencies(requests, measured, part[1], part[2]))
               for part in PARTS]
    finished = samples[0][1].size
    shown = [(part, values) for part, values in samples
             if values.size and values[-1] > 0]
    if shown:
        low, high = axis_limits([values for _, values in shown], LABELS)
        for (name, _, _, *look), values in shown:
            draw_distribution(axes, name, values, low, *look)
        set_axes(axes, low, high, finished)
        if shown[0][0][0] == "total":
            mark_percentiles(axes, shown[0][1])
        style.legend_above(axes)
    else:
        style.say_empty(axes, "no request finished" if not finished
                        else "every request finished at once")
    style.set_titles(figure, axes, title,
                     subtitle(finished, warmup_ns, samples), legend=bool(shown))
    return style.save(figure, stem)


def latencies(requests, measured, begin, end):
    """The sorted times from `begin` to `end`, where both are known."""
    known = (measured & (requests[begin] != data.ABSENT)
             & (requests[end] != data.ABSENT))
    return numpy.sort(requests[end][known] - requests[begin][known])


def subtitle(finished, warmup_ns, samples):
    text = f"Latency of {finished:,} finished requests, and its parts"
    if warmup_ns:
        text += f", after a warm-up of {style.format_ns(warmup_ns)}"
    zero = [part[0] for part, values in samples[1:]
            if values.size and values[-1] == 0]
    return text + (f" ({', '.join(zero)}: always 0)" if zero else "")


def axis_limits(samples, room=0.0):
    """Around all positive values, with a share of room on the right.

    The low end leaves out the fastest 0.1 %, which may be a nanosecond.
    """
    lows, highs = [], []
    for values in samples:
        positive = values[numpy.searchsorted(values, 0, "right"):]
        lows.append(positive[positive.size // 1000])
        highs.append(positive[-1])
    low, high = max(1, min(lows) / 1.5), max(highs) * 1.2
    return low, high * (high / low) ** room


def draw_distribution(axes, name, values, low, colour, width, dashes="-"):
    """One curve; zeros stand at the left edge, a log axis having no place."""
    zeros = numpy.searchsorted(values, 0, "right") / values.size
    label = name if zeros < 0.005 else f"{name} ({100 * zeros:.0f} % zero)"
    shares = (numpy.arange(values.size) + 0.5) / values.size
    kept = spread_indices(values.size)
    axes.plot(numpy.maximum(values[kept], low / 10), shares[kept], color=colour,
              linewidth=width, linestyle=dashes, label=label,
              zorder=2 if name == "total" else 3,
              marker="o" if values.size == 1 else None, clip_on=values.size > 1)


def spread_indices(count, wanted=3000):
    """Indices into a sorted sample, dense at both ends where tails are."""
    if count <= wanted:
        return numpy.arange(count)
    ranks = numpy.linspace(-1, 1, wanted) * numpy.log(count)
    indices = (count - 1) / (1 + numpy.exp(-ranks))
    ends = [0, count - 1]
    return numpy.unique(numpy.concatenate((indices.astype(int), ends)))


def set_axes(axes, low, high, count):
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    style.use_log_time_ticks(axes.xaxis, low, high)
    axes.set_xlabel("time")
    # The slowest of n stands at 1 - 1/2n; a tick above it would say nothing.
    top = min(max(1 - 0.4 / count, 0.995), 0.99995)
    axes.set_yscale("logit")
    axes.set_ylim(LOWEST / 1.6, top)
    axes.yaxis.set_major_locator(ticker.FixedLocator(
        [share for share in TICKS if share <= top]))
    axes.yaxis.set_minor_locator(ticker.NullLocator())
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(
        lambda share, _: f"{100 * share:g} %"))
    axes.set_ylabel("share of requests within that time")


def mark_percentiles(axes, values):
    """Dots and labels on the total's curve, as far as the sample carries."""
    for share in MARKED:
        if values.size < 1 / (1 - share):
            continue
        # The nearest rank.
        value = values[int(numpy.ceil(share * values.size)) - 1]
        if value <= 0:
            continue
        axes.plot(value, share, "o", color=style.BLACK, markersize=7,
                  markeredgecolor="white", markeredgewidth=1,
                  zorder=4)
        axes.annotate(
            f"p{100 * share:g}  {style.format_ns(value)}", (value, share),
            xytext=(6, -4), textcoords="offset points", va="top", fontsize=9,
            zorder=5, bbox={"boxstyle": "square,pad=0.1", "facecolor": "white",
                            "edgecolor": "none", "alpha": 0.8})
