"""Reads the files that aiosim writes, in bulk and with checks.

An empty field stands for "does not apply"; in integer columns it is read as
ABSENT.  Whatever is wrong with a file raises InputError, whose text is a line.
"""

import csv
import glob
import itertools
import json
import os

import numpy

ABSENT = -1
NO_TEXT = str(ABSENT).encode()


class InputError(Exception):
    """Something is wrong with what the user gave: one line for stderr."""


def read_table(path, integers, texts=(), optional=()):
    """Returns {column: array} of the named columns of a CSV file.

    Optional columns that the file lacks are left out; any other that it lacks
    is an error.
    """
    try:
        # Latin-1 takes any byte and gives it back; see text().
        with open(path, encoding="latin-1") as file:
            return parse_table(path, file, integers, texts, optional)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error


def parse_table(path, file, integers, texts, optional):
    header = file.readline().rstrip("\n").split(",")
    present = set(header)
    for name in (*integers, *texts):
        if name not in present and name not in optional:
            raise InputError(f"{path}:1: no column '{name}'")
    kinds = {name: numpy.int64 for name in integers if name in present}
    kinds.update({name: "S24" for name in texts if name in present})
    first = file.readline()
    if not first:
        return {name: numpy.empty(0, kind) for name, kind in kinds.items()}
    try:
        rows = numpy.loadtxt(
            fill_empty_fields(itertools.chain([first], file)),
            delimiter=",", comments=None, ndmin=1,
            usecols=[header.index(name) for name in kinds],
            dtype=list(kinds.items()))
    except ValueError as error:
        raise InputError(describe_bad_line(path, kinds, error)) from error
    return {name: rows[name] for name in kinds}


def fill_empty_fields(lines):
    """Writes ABSENT into empty fields: loadtxt knows none."""
    filler = f",{ABSENT},"
    for line in lines:
        if line[-1] != "\n":
            raise ValueError("the last line is not ended")
        # Twice, since neighbouring empty fields share a comma.
        line = line.replace(",,", filler).replace(",,", filler)
        if line[-2:-1] == ",":
            line = f"{line[:-1]}{ABSENT}\n"
        if line[0] == ",":
            line = f"{ABSENT}{line}"
        yield line


def describe_bad_line(path, kinds, error):
    """Finds the first line that cannot be read, for the message."""
    with open(path, newline="", encoding="latin-1") as file:
        rows = csv.reader(file)
        header = next(rows)
        for row in rows:
            where = f"{path}:{rows.line_num}"
            if len(row) != len(header):
                return (f"{where}: {len(row)} fields instead of {len(header)}:"
                        " is the file truncated?")
            for name, value in zip(header, row):
                if kinds.get(name) is numpy.int64 and not is_integer(value):
                    return f"{where}: '{value}' in column '{name}'"
    return f"{path}: {error}: is the file truncated?"


def text(field):
    """A field of a text column as a str; an empty one as ""."""
    return "" if field == NO_TEXT else field.decode("utf-8", "replace")


def is_integer(text):
    return not text or text.lstrip("-").isdigit()


def read_summary(directory):
    """The run's summary.json, or {} where there is none."""
    path = os.path.join(directory, "summary.json")
    try:
        with open(path, encoding="utf-8") as file:
            summary = json.load(file)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}): is the file truncated?"
                         ) from error
    if not isinstance(summary, dict):
        raise InputError(f"{path}: not a JSON object")
    return summary


POOL_KEYS = ("vfs.aio.max_aio_procs", "kern.ipc.aio.max_procs")

REQUEST_TIMES = ("arrival_ns", "submit_ns", "start_ns", "device_start_ns",
                 "finish_ns", "collect_ns")


def read_requests(directory):
    """requests.csv as {column: array}, or None where the run wrote none."""
    path = os.path.join(directory, "requests.csv")
    if not os.path.exists(path):
        return None
    return read_table(path, REQUEST_TIMES,
                      ("process", "call", "daemon", "errno"))


def refused(requests):
    """A mask of the attempts that the kernel turned away at admission."""
    return ((requests["finish_ns"] == ABSENT)
            & (requests["start_ns"] == ABSENT)
            & (requests["errno"] != NO_TEXT))


def measured(requests, warmup_ns):
    """A mask of the requests that the summary's latencies are about."""
    return ((requests["finish_ns"] != ABSENT)
            & (requests["arrival_ns"] >= warmup_ns)
            & (requests["errno"] != b"ECANCELED"))


def read_series(directory):
    """series.csv as {column: array}, or None where the run wrote none."""
    path = os.path.join(directory, "series.csv")
    if not os.path.exists(path):
        return None
    return read_table(path, (
        "time_ns", "num_aio_procs", "busy_aio_procs", "num_queue_count",
        "waiting", "so_num_procs", "unfinished"),
        optional=("so_num_procs", "unfinished"))


BLANKS = str.maketrans("/ ", "__")


class Sweep:
    """A sweep.csv: its swept keys, and its metrics by name."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "sweep.csv")
        try:
            with open(self.path, newline="", encoding="utf-8") as file:
                rows = list(csv.reader(file))
        except OSError as error:
            raise InputError(f"{self.path}: {error.strerror}") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"{self.path}: not a CSV file") from error
        if len(rows) < 2:
            raise InputError(f"{self.path}: holds no points")
        self.columns, self.rows = rows[0], rows[1:]
        for number, row in enumerate(self.rows, 2):
            if len(row) != len(self.columns):
                raise InputError(
                    f"{self.path}:{number}: {len(row)} fields instead of "
                    f"{len(self.columns)}: is the file truncated?")
        if "reps" not in self.columns or self.columns[0] == "reps":
            raise InputError(
                f"{self.path}:1: no swept key before column 'reps'")
        self.keys = self.columns[:self.columns.index("reps")]
        self.name = os.path.basename(os.path.abspath(directory))
        summary = self.point_summary(directory)
        self.question = summary.get("question") or ""
        self.scenario = summary.get("scenario") or self.name
        self.kernel = summary.get("kernel") or ""

    def point_summary(self, directory):
        """The summary of the first run that has one, else {}.

        Only of this sweep's points: folders of an earlier one may lie there.
        """
        for row in self.rows:
            # As the sweep names them: no separators, no blanks.
            folder = ",".join(f"{key}={value}" for key, value
                              in zip(self.keys, row)).translate(BLANKS)
            for run in sorted(glob.glob(os.path.join(
                    glob.escape(os.path.join(directory, folder)), "rep-*"))):
                summary = read_summary(run)
                if summary:
                    return summary
        return {}

    def texts(self, column):
        index = self.columns.index(column)
        return [row[index] for row in self.rows]

    def values(self, column):
        """The column as floats, NaN where empty or where there is none."""
        if column not in self.columns:
            return numpy.full(len(self.rows), numpy.nan)
        values = []
        for number, text in enumerate(self.texts(column), 2):
            try:
                values.append(float(text) if text else numpy.nan)
            except ValueError as error:
                raise InputError(f"{self.path}:{number}: '{text}' in column "
                                 f"'{column}'") from error
        return numpy.array(values)


def smallest_good_enough(values, costs, tolerance=0.10):
    """The smallest of `values` whose cost is within `tolerance` of the least.

    Returns None where no cost is known.
    """
    known = ~numpy.isnan(costs)
    if not known.any():
        return None
    good = known & (costs <= (1 + tolerance) * costs[known].min())
    return values[good].min()
