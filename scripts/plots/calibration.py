"""A calibrated disk: measured points over the curve of the fitted model."""

import json

from plots import data, style

POINTS = {"markersize": 6, "markeredgewidth": 1.5, "linestyle": "none"}
# A marker a size, for readers who see no colours.
MARKERS = "osD^vP"
PANELS = (("throughput_per_s", "requests per second"),
          ("latency_mean_ns", "mean latency"))


def draw(path, stem):
    """Draws throughput and latency by depth, a colour a size."""
    calibration = read(path)
    points, curve = calibration["points"], calibration["curve"]
    sizes = sorted({point["size_bytes"] for point in points})
    figure, axes = style.new_figure(1, 2, height=4.4)
    for axis, (metric, label) in zip(axes, PANELS):
        for number, size in enumerate(sizes):
            look = number % len(style.PALETTE)
            draw_size(axis, metric, style.PALETTE[look], MARKERS[look],
                      [row for row in points if row["size_bytes"] == size],
                      [row for row in curve if row["size_bytes"] == size],
                      format_size(size))
        scale(axis, sorted({point["depth"] for point in points}))
        axis.set(xlabel="requests outstanding", ylabel=label)
    style.use_log_count_ticks(axes[0].yaxis, *span(points, PANELS[0][0]))
    style.use_log_time_ticks(axes[1].yaxis, *span(points, PANELS[1][0]))
    style.legend_above(axes[0], ncol=3)
    style.set_title(figure, title_of(calibration))
    figure.supxlabel(subtitle_of(calibration), x=0.01, ha="left", fontsize=9,
                     color=style.DIM)
    return style.save(figure, stem)


def read(path):
    """The document, of which what is drawn is known to be there."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        rows = list(document["curve"])
        for point in document["points"]:
            rows += [{**point, **point[part]} for part in ("measured", "model")]
            bool(point["left_out"])
        for row in rows:
            for key in ("depth", "size_bytes", *(key for key, _ in PANELS)):
                float(row[key])
        if not document["points"]:
            raise KeyError("points")
        return document
    except ValueError as error:
        raise data.InputError(f"{path}: not JSON") from error
    except (KeyError, TypeError) as error:
        raise data.InputError(
            f"{path}: not from aiosim calibrate --json") from error


def span(points, metric):
    """From the least to the greatest, measured and modelled."""
    values = [row[part][metric] for row in points
              for part in ("measured", "model")]
    return min(values), max(values)


def draw_size(axis, metric, colour, marker, points, curve, label):
    """One size: the model's line, full points fitted, hollow ones left out."""
    curve = sorted(curve, key=lambda row: row["depth"])
    axis.plot([row["depth"] for row in curve],
              [row[metric] for row in curve], color=colour)
    axis.plot([], [], marker=marker, color=colour, label=label)
    for left_out, face in ((False, colour), (True, "white")):
        rows = [row for row in points if row["left_out"] == left_out]
        axis.plot([row["depth"] for row in rows],
                  [row["measured"][metric] for row in rows], marker,
                  color=colour, markerfacecolor=face, **POINTS)


def scale(axis, depths):
    """Both axes logarithmic, ticks at the measured depths."""
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(depths, [str(depth) for depth in depths])
    axis.minorticks_off()


def format_size(size):
    """4096 as 4 KiB."""
    for scale_bytes, unit in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= scale_bytes:
            return f"{size / scale_bytes:g} {unit}"
    return f"{size} B"


def title_of(calibration):
    """The question, with what was measured."""
    source = calibration["source"]
    return (f"How near does the model '{calibration['model']}' come to "
            f"{'direct ' if source['direct'] else 'cached '}"
            f"{'random' if source['random'] else 'sequential'} "
            f"{'writes' if source['write'] else 'reads'} of {source['path']}"
            f"{' by fio' if source['fio'] else ''}?")


def subtitle_of(calibration):
    """How far the model is from it."""
    def errors(key):
        part = calibration[key]
        return (f"{100 * part['throughput']:.1f} % of throughput, "
                f"{100 * part['latency_mean']:.1f} % of latency")
    text = ("lines: the model in the simulator; full points: fitted, off by "
            f"{errors('fitted')}")
    if calibration["left_out"]["points"] > 0:
        text += f"\nhollow points: left out, off by {errors('left_out')}"
    return text
