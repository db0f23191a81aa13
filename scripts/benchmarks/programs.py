"""What is measured: command lines, and how many requests each is to handle."""

import os
import shutil
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build-bench")
STATION = os.path.join(TOP, "scenarios", "bench-station.ini")
TRANSFER = ["--set", "disk ada0.bandwidth=500m"]
NO_FILES = ["--no-requests", "--no-series"]


class Aiosim:
    """`aiosim run` on the yardstick, with what `options` change."""

    def __init__(self, world, options=(), files=NO_FILES):
        self.world, self.options, self.files = world, list(options), list(files)
        self.out = tempfile.mkdtemp(prefix="aiosim-bench-")

    def command(self, requests):
        return [os.path.join(BUILD, "aiosim"), "run", STATION, "--world",
                self.world, "--quiet", "--out", os.path.join(self.out, "run"),
                "--set", f"scenario.requests={requests}", "--set",
                f"process load.requests={requests}"] + self.files + self.options

    def close(self):
        shutil.rmtree(self.out, ignore_errors=True)


class Other:
    """A program that takes the number of requests as its one argument."""

    def __init__(self, *words):
        self.words = list(words)

    def command(self, requests):
        return self.words + [str(requests)]

    def close(self):
        pass


def bare_heap():
    return Other(os.path.join(BUILD, "bench", "bare_heap"))


def bare_simgrid():
    # SimGrid's own default would report each sleep below a nanosecond.
    return Other(os.path.join(BUILD, "bench", "bare_simgrid"),
                 "--log=root.thres:critical")


def simpy(name):
    """A program of bench/ in SimPy; Debian's interpreter has the module."""
    return Other("/usr/bin/python3", os.path.join(TOP, "bench", name))


def queue_limits(outstanding):
    """Limits that let so many requests in."""
    return ["--set", f"vfs.aio.max_aio_queue={outstanding + 16}",
            "--set", f"vfs.aio.max_aio_queue_per_proc={outstanding + 16}"]


def outstanding(depth):
    """One process that keeps `depth` requests outstanding."""
    return Aiosim("heap", queue_limits(depth)
                  + ["--set", f"process load.depth={depth}"])


def at_active_limit(depth):
    """Two processes with `depth` outstanding in all, each allowed to have two
    of them in daemons' hands, of which there are enough."""
    return Aiosim("heap", queue_limits(depth)
                  + ["--set", f"process load.depth={depth // 2}",
                     "--set", "process load.count=2",
                     "--set", "vfs.aio.max_aio_per_proc=2"])


def processes(count):
    """So many processes, four requests outstanding each."""
    return Aiosim("heap", queue_limits(4 * count)
                  + ["--set", f"process load.count={count}"])
