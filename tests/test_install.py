#!/usr/bin/python3
"""What `cmake --install` puts somewhere works from there.

usage: test_install.py BUILD_DIR [CMAKE [CC]]
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build")
CMAKE = sys.argv.pop(1) if len(sys.argv) > 1 else "cmake"
COMPILER = sys.argv.pop(1) if len(sys.argv) > 1 else "cc"
LOAD = os.path.join(BUILD, "tests", "posix", "posix_load")


class Installation(unittest.TestCase):
    """An installation, and another directory to work in."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.prefix = pathlib.Path(folder.name, "prefix")
        cls.work = pathlib.Path(folder.name, "work")
        cls.work.mkdir()
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", cls.prefix],
                       check=True, stdout=subprocess.DEVNULL)
        cls.installed = cls.list_files()

    @classmethod
    def list_files(cls):
        return {str(path.relative_to(cls.prefix)): path.lstat().st_mtime_ns
                for path in cls.prefix.rglob("*")
                if "__pycache__" not in str(path) and not path.is_dir()}

    def find(self, name):
        """An installed file, wherever the system wants it."""
        found = list(self.prefix.rglob(name))
        self.assertEqual(len(found), 1, name)
        return found[0]

    def call(self, program, *arguments):
        """Runs what is installed, with nothing of ours in the environment."""
        done = subprocess.run(
            [self.prefix / "bin" / program, *arguments], cwd=self.work, env={},
            capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_a_scenario_runs_and_is_drawn_from_another_directory(self):
        scenario = self.find("never-collects.ini")
        self.assertIn("issued", self.call("aiosim", "run", scenario))
        pictures = self.call("aiosim-plot", "results/never-collects").split()
        self.assertEqual(pictures, [
            f"results/never-collects/{name}.{suffix}"
            for name in ("latency", "pool", "lanes")
            for suffix in ("png", "svg")])
        for picture in pictures:
            self.assertGreater((self.work / picture).stat().st_size, 1000)

    def test_scenarios_find_their_traces_and_platforms(self):
        for name in "pool-sizing-ssd.ini", "platform-disks.ini":
            self.call("aiosim", "run", "--quiet", self.find(name))

    def test_running_changes_nothing_that_is_installed(self):
        self.call("aiosim", "run", "--quiet", self.find("example.ini"))
        self.assertEqual(self.list_files(), self.installed)

    def test_record_finds_the_library_and_the_recording_replays(self):
        (self.work / "data").write_bytes(bytes(1 << 20))
        self.call("aiosim", "record", "--quiet", "-o", "load.rec", "--", LOAD,
                  "data", "2", "8", "400", "0")
        (self.work / "replay.ini").write_text(
            "[disk ada0]\nlatency = recorded\n[file data]\ndisk = ada0\n"
            "[process load]\nfile = data\ntrace = load.rec\n", encoding="ascii")
        self.call("aiosim", "run", "--quiet", "replay.ini")

    def test_each_manual_page_is_where_man_looks(self):
        for page in "aiosim.1", "aiosim-posix.3", "aiosim-scenario.5":
            self.assertEqual(self.find(page).parent.name, f"man{page[-1]}")

    def test_a_c_program_is_built_and_linked_with_the_library(self):
        source = self.work / "counters.c"
        source.write_text(
            "#include <aiosim.h>\n"
            "int main(void) { struct aiosim_counters counters;\n"
            "aiosim_read_counters(&counters); return (0); }\n",
            encoding="ascii")
        library = self.find("libaiosim-posix.so").parent
        subprocess.run(
            [COMPILER, "-I", self.prefix / "include", source, "-L", library,
             "-laiosim-posix", f"-Wl,-rpath,{library}", "-o",
             self.work / "counters"], check=True)
        subprocess.run([self.work / "counters"], check=True)


if __name__ == "__main__":
    unittest.main()
