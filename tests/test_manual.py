#!/usr/bin/python3
"""The manual pages name what the program knows, and nothing else.

usage: test_manual.py BUILD_DIR
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(
    sys.argv.pop(1) if len(sys.argv) > 1 else "build").resolve()
SIM = pathlib.Path(__file__).resolve().parents[1] / "sim"


def read(path):
    return path.read_text(encoding="utf-8")


def parts(page, macro):
    """What follows each .Sh or .Ss up to the next of either, by its title."""
    pieces = re.split(r"^\.(S[hs]) (.*)\n", page, flags=re.MULTILINE)[1:]
    return {title: text for kind, title, text
            in zip(pieces[::3], pieces[1::3], pieces[2::3]) if kind == macro}


PAGE = read(SIM / "aiosim.1")
SECTIONS = parts(PAGE, "Sh")
SUBSECTIONS = parts(PAGE, "Ss")
SCENARIO_PAGE = read(BUILD / "aiosim-scenario.5")
POSIX_PAGE = read(SIM / "posix" / "aiosim-posix.3")


def output_of(program, *arguments):
    return subprocess.run([BUILD / program, *arguments], capture_output=True,
                          text=True, check=True, timeout=60).stdout


def items(text, macro):
    """The words after the macro, of each item of a list that begins with it."""
    return re.findall(rf"^\.It {macro} (.*)$", text, re.MULTILINE)


def documented(text):
    """A subsection's options, as {long name: (short name, argument)}."""
    options = {}
    for item in items(text, "Fl"):
        short, name, rest = re.fullmatch(
            r"(?:(\w) , )?(?:Fl )+([\w-]+)(.*)", item).groups()
        argument = re.sub(r"\b(Ns|Ar)\b| ", "", rest).removeprefix("=")
        options[name] = (short or "", argument)
    return options


def offered(text):
    """The same of what --help prints."""
    options = {}
    for short, name, rest in re.findall(
            r"^  (?:-(\w), )?--([\w-]+)((?:[= ][A-Z][^ \n]*)*)", text,
            re.MULTILINE):
        argument = rest.replace(" ", "").replace("…", "...").removeprefix("=")
        options[name] = (short, argument.lower())
    del options["help"]
    return options


class Program(unittest.TestCase):
    def commands(self):
        listed = output_of("aiosim", "--help").split("Commands:\n")[1]
        return re.findall(r"^  (\w+) ", listed.split("\n\n")[0], re.MULTILINE)

    def test_every_command_has_a_subsection_and_a_synopsis(self):
        described = [title for title in SUBSECTIONS
                     if not title.startswith(("Options of ", "aiosim-plot"))]
        shown = re.findall(r"^\.Cm (\w+)$", SECTIONS["SYNOPSIS"], re.MULTILINE)
        self.assertEqual(described, self.commands())
        self.assertEqual(shown, self.commands())

    def test_every_option_is_described_with_its_command(self):
        for command in self.commands():
            options = documented(SUBSECTIONS[command])
            for title, text in SUBSECTIONS.items():
                if command in re.findall(r"\w+", title.partition("of ")[2]):
                    options.update(documented(text))
            wanted = offered(output_of("aiosim", command, "--help"))
            with self.subTest(command=command):
                self.assertEqual(options, wanted)

    def test_every_option_of_the_plots_is_described(self):
        self.assertEqual(documented(SUBSECTIONS["aiosim-plot"]),
                         offered(output_of("aiosim-plot", "--help")))

    def test_every_exit_status_is_explained(self):
        known = re.findall(r"^\tSTATUS_\w+ = (\d+),$", read(SIM / "commands.h"),
                           re.MULTILINE)
        self.assertEqual(re.findall(r"^\.It (\d+)$", SECTIONS["EXIT STATUS"],
                                    re.MULTILINE), known)


class Scenario(unittest.TestCase):
    def test_every_key_is_listed(self):
        listed = re.findall(r"^(?:  ([a-z_]\w*) |\[(.*?)\](?:  | with))",
                            output_of("aiosim", "keys"), re.MULTILINE)
        listed = [key or section for key, section in listed]
        shown = re.findall(r"^\.(?:It Ic (\w+)|Ss \[(.*?)\].*)$", SCENARIO_PAGE,
                           re.MULTILINE)
        self.assertGreater(len(listed), 100)
        self.assertEqual([key or section for key, section in shown], listed)

    def test_the_example_runs_and_its_files_are_those_listed(self):
        example = SCENARIO_PAGE.split(".Bd -literal -offset indent\n")[1]
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "example.ini")
            with open(path, "w", encoding="utf-8") as file:
                file.write(example.partition(".Ed")[0])
            out = os.path.join(directory, "out")
            output_of("aiosim", "run", "--world", "heap", "--trace",
                      "--perfetto", "--out", out, path)
            written = sorted(os.listdir(out))
        described = [path for path in items(SECTIONS["FILES"], "Pa")
                     if not path.startswith("share/")]
        self.assertEqual(sorted(described), written)


class Pages(unittest.TestCase):
    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff_has_nothing_to_warn_of(self):
        for page in (SIM / "aiosim.1", BUILD / "aiosim-scenario.5",
                     SIM / "posix" / "aiosim-posix.3"):
            done = subprocess.run(
                ["groff", "-mdoc", "-ww", "-Kutf8", "-Tutf8", page],
                capture_output=True, text=True, check=True)
            self.assertEqual(done.stderr, "", page)


class Library(unittest.TestCase):
    def test_every_variable_is_described(self):
        known = {name for path in SIM.rglob("*.c")
                 for name in re.findall(r'"(AIOSIM_[A-Z]+)"', read(path))}
        self.assertEqual(set(items(POSIX_PAGE, "Ev")), known)

    def test_every_function_is_in_the_synopsis(self):
        declared = re.findall(r"^\w.*?(aio\w+)\(", read(SIM / "posix/aiosim.h"),
                              re.MULTILINE)
        shown = re.findall(r"^\.F[no] (\w+)", parts(POSIX_PAGE, "Sh")[
            "SYNOPSIS"], re.MULTILINE)
        self.assertEqual(shown, declared)


if __name__ == "__main__":
    unittest.main()
