"""Command lines: what is wrong with one is a line, as in aiosim itself."""

import argparse


class Parser(argparse.ArgumentParser):
    """A parser that shows its usage to those who ask for it."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")
