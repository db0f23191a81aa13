"""lanes: which daemon served what, when: a lane a daemon, a bar a request.

Shows one window of the run, by default the busiest of those in which a median
request is BAR_SHARE of the width; above it the whole run, with a mark there.
"""

import re

import numpy
from matplotlib import ticker
from matplotlib.patches import Patch

from . import data, pool, style

BAR_SHARE = 1 / 10
MOST_BARS = 4000
MOST_NAMES = 48


def draw(requests, simulated_ns, title, stem, window=None):
    """Draws lanes.{png,svg}; `window` is (begin_ns, end_ns).  Returns paths."""
    run_end = max([simulated_ns, 1] + [
        int(requests[name].max()) for name in data.REQUEST_TIMES
        if requests[name].size])
    requests = served_until(requests, run_end)
    start, finish = requests["start_ns"], requests["finish_ns"]
    begin, end = window or busiest_window(start, finish, run_end)
    inside = (start < end) & (finish > begin)
    count = int(inside.sum())
    if count > MOST_BARS:
        raise data.InputError(
            f"the window holds {count:,} requests: choose a shorter one with "
            f"--window, of at most {MOST_BARS:,}")
    shown = {name: column[inside] for name, column in requests.items()}
    lanes, names = assign_lanes(shown)
    room = min(max(len(names), 4), MOST_NAMES)
    height = 0.17 * room + 1
    figure, (whole, axes) = style.new_figure(
        2, height=height + 2, gridspec_kw={"height_ratios": (0.5, height)})
    caption = draw_whole(whole, start, finish, run_end, (begin, end))
    if count:
        colours, legend = choose_colours(shown)
        draw_bars(axes, shown, lanes, colours)
        set_axes(axes, names, begin, end)
        axes.legend(handles=legend, loc="lower left", bbox_to_anchor=(0, 1.0),
                    ncol=len(legend), borderaxespad=0.1, handlelength=1.2,
                    columnspacing=1.2)
    else:
        style.say_empty(axes, "no request was in service then")
    style.set_titles(figure, whole, title, caption, legend=False)
    axes.set_title(subtitle(begin, end, window, count, start.size), loc="left",
                   fontsize=9, color=style.DIM, pad=22 if count else 6)
    return style.save(figure, stem)


def served_until(requests, run_end):
    """The requests whose service took time, if only to the end of the run."""
    finish = numpy.where(requests["finish_ns"] == data.ABSENT, run_end,
                         requests["finish_ns"])
    served = ((requests["start_ns"] != data.ABSENT)
              & (finish > requests["start_ns"]))
    return {name: column[served]
            for name, column in {**requests, "finish_ns": finish}.items()}


def busiest_window(start, finish, run_end):
    """Where most requests start in a time that shows a single one well."""
    if not start.size:
        return 0, run_end
    starts = numpy.sort(start)
    length = min(int(numpy.median(finish - start) / BAR_SHARE), run_end)
    while True:
        counts = (numpy.searchsorted(starts, starts + length)
                  - numpy.arange(starts.size))
        if counts.max() <= MOST_BARS // 2 or length == 1:
            break
        length //= 2
    begin = min(starts[numpy.argmax(counts)], run_end - length)
    # Less, where nothing is in service at the end of it.
    return begin, min(begin + length, finish[start < begin + length].max())


def draw_whole(axes, start, finish, run_end, window):
    """How many were in service during the run; returns the caption."""
    times, counts = pool.count_between(start, finish)
    pool.draw_steps(axes, times, counts, (0, run_end), None, style.DIM,
                    pool.THIN)
    pool.set_time_axis(axes, 0, run_end)
    axes.set_ylim(0, 1.15 * counts.max(initial=1))
    axes.yaxis.set_major_locator(ticker.MaxNLocator(nbins=2, integer=True))
    axes.axvspan(*window, color=style.VERMILION, alpha=0.5, linewidth=1.5,
                 zorder=1)
    lines = "" if times.size <= pool.MOST_STEPS else " (mean; thin: greatest)"
    return (f"Requests in service during the whole run{lines}, and where the "
            "part below is")


def subtitle(begin, end, window, count, served):
    which = "Window" if window else "Busiest part"
    return (f"{which}, {style.format_ns(begin, 6)} to "
            f"{style.format_ns(end, 6)}: {count:,} of {served:,} requests "
            "that took time, by daemon")


def assign_lanes(shown):
    """The lane of each request, and the lanes' names from the bottom up.

    Requests without a daemon (raw disks) get lanes of their own, as many as
    were in service at once.
    """
    daemons = [data.text(field) for field in shown["daemon"]]
    names = sorted(set(filter(None, daemons)), key=natural_order)
    places = {name: place for place, name in enumerate(names)}
    lanes = numpy.zeros(len(daemons), int)
    direct_ends = []
    for i in numpy.argsort(shown["start_ns"], kind="stable"):
        if daemons[i]:
            lanes[i] = places[daemons[i]]
            continue
        start, finish = shown["start_ns"][i], shown["finish_ns"][i]
        lane = next((lane for lane, ended in enumerate(direct_ends)
                     if ended <= start), len(direct_ends))
        direct_ends[lane:lane + 1] = [finish]
        lanes[i] = len(names) + lane
    return lanes, names + [f"raw {n + 1}" for n in range(len(direct_ends))]


def natural_order(name):
    """aiod2 before aiod10."""
    return [int(part) if part.isdigit() else part
            for part in re.split(r"(\d+)", name)]


def choose_colours(shown):
    """A colour for each request, and the legend: by process, or by call."""
    groups = [data.text(field) for field in shown["process"]]
    if len(set(groups)) == 1:
        groups = [data.text(field) or "request" for field in shown["call"]]
    names = sorted(set(groups), key=natural_order)
    if len(names) > len(style.PALETTE):
        common = sorted(names, key=lambda name: -groups.count(name))
        kept = set(common[:len(style.PALETTE) - 1])
        groups = [name if name in kept else "others" for name in groups]
        names = [name for name in names if name in kept] + ["others"]
    colours = dict(zip(names, style.PALETTE))
    if "others" in colours:
        colours["others"] = style.GREY
    legend = [Patch(color=colours[name], label=name) for name in names]
    if waits_at_device(shown).any():
        legend.append(Patch(facecolor=style.GREY, alpha=0.35,
                            label="pale: in the device's queue"))
    return [colours[name] for name in groups], legend


def waits_at_device(shown):
    return shown["device_start_ns"] > shown["start_ns"]


def draw_bars(axes, shown, lanes, colours):
    start, finish = shown["start_ns"], shown["finish_ns"]
    device = numpy.clip(shown["device_start_ns"], start, finish)
    axes.barh(lanes, device - start, left=start, height=0.72, color=colours,
              alpha=0.35, linewidth=0)
    axes.barh(lanes, finish - device, left=device, height=0.72, color=colours,
              edgecolor="white", linewidth=0.7)


def set_axes(axes, names, begin, end):
    """Time since the window's begin, since its own digits would not fit."""
    scale, unit = style.time_unit(end - begin)
    axes.set_xlim(begin, end)
    steps = ticker.MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]).tick_values(
        0, (end - begin) / scale)
    steps = [step for step in steps if 0 <= step <= (end - begin) / scale]
    axes.set_xticks([begin + step * scale for step in steps],
                    [f"{step:g}" for step in steps])
    axes.set_xlabel(f"{unit} since {style.format_ns(begin, 6)}")
    axes.set_ylim(len(names) - 0.4, -0.6)
    every = 1 + (len(names) - 1) // MOST_NAMES
    axes.set_yticks(range(0, len(names), every), names[::every], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
