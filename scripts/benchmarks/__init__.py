"""The parts of scripts/bench: programs to measure, time, instructions."""
