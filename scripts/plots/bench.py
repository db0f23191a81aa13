"""bench: what a request costs the simulator, by how much there is to do."""

from . import style

SERIES = (
    ("outstanding", "one process", style.BLUE, "o"),
    ("two_at_active_limit", "two processes at their active limit",
     style.VERMILION, "s"),
)


def draw(results, stem):
    """Draws stem.{png,svg} from what bench.json holds; returns their paths."""
    figure, (left, right) = style.new_figure(columns=2, height=3.6, sharey=True)
    for key, label, colour, marker in SERIES:
        draw_growth(left, results[key], label, colour, marker)
    draw_growth(right, results["processes"], "four requests each", style.GREEN,
                "^")
    left.set_xlabel("requests outstanding")
    right.set_xlabel("processes")
    left.set_ylabel("processor time per request")
    left.set_ylim(bottom=0)
    style.use_time_ticks(left.yaxis)
    for axes in (left, right):
        axes.set_xscale("log")
        style.use_log_count_ticks(axes.xaxis, *axes.dataLim.intervalx)
        style.legend_above(axes)
    style.set_title(figure, "What does a request cost, by how many there are?")
    return style.save(figure, stem)


def draw_growth(axes, growth, label, colour, marker):
    axes.plot([int(name) for name in growth], list(growth.values()),
              color=colour, marker=marker, markersize=4, label=label)
