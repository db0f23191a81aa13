"""Virtual time for the reference model: the execution rules of FORMAT.md.

A thread of the kernel is a generator that yields Sleep and is sent, when it
goes on, whether its time-out has passed.  One CPU, no preemption, a FIFO run
queue; events of one microsecond in the order of their making, each followed by
all that it made runnable.
"""

import collections
import heapq


class Sleep:
    """What a thread yields: a channel, and ticks (0: without limit)."""

    def __init__(self, channel, ticks=0):
        self.channel = channel
        self.ticks = ticks


class Thread:
    def __init__(self, body, name):
        self.body = body
        self.name = name
        self.sleeps_on = None
        self.naps = 0  # a timer of an earlier nap is stale


class Engine:
    def __init__(self, hz):
        self.tick_us = 1_000_000 // hz
        self.now = 0
        self.events = []
        self.made = 0
        self.runnable = collections.deque()
        self.sleepers = collections.defaultdict(list)

    def at(self, time_us, action):
        heapq.heappush(self.events, (time_us, self.made, action))
        self.made += 1

    def start(self, body, name):
        self.runnable.append((Thread(body, name), None))

    def wake(self, channel, one=False):
        """Those who sleep on it, the first to fall asleep first."""
        waiting = self.sleepers[channel]
        for thread in waiting[:1] if one else waiting[:]:
            waiting.remove(thread)
            self._go_on(thread, False)

    def pause_until(self, time_us):
        """For a thread: `yield from` it; nothing if the time has come."""
        if time_us > self.now:
            channel = object()
            self.at(time_us, lambda: self.wake(channel))
            yield Sleep(channel)

    def run(self, end_us, settled):
        """Up to and with end_us; settled() at the end of each instant."""
        self._run_threads()
        while self.events and self.events[0][0] <= end_us:
            time_us, _, action = heapq.heappop(self.events)
            if time_us != self.now:
                settled()
            self.now = time_us
            action()
            self._run_threads()
        settled()

    def _run_threads(self):
        while self.runnable:
            thread, timed_out = self.runnable.popleft()
            try:
                sleep = thread.body.send(timed_out)
            except StopIteration:
                continue
            self._fall_asleep(thread, sleep)

    def _fall_asleep(self, thread, sleep):
        thread.naps += 1
        thread.sleeps_on = sleep.channel
        self.sleepers[sleep.channel].append(thread)
        if sleep.ticks != 0:
            nap = thread.naps
            ticks = self.now // self.tick_us + max(sleep.ticks, 1)
            self.at(ticks * self.tick_us, lambda: self._expire(thread, nap))

    def _expire(self, thread, nap):
        if thread.sleeps_on is not None and thread.naps == nap:
            self.sleepers[thread.sleeps_on].remove(thread)
            self._go_on(thread, True)

    def _go_on(self, thread, timed_out):
        thread.sleeps_on = None
        thread.naps += 1
        self.runnable.append((thread, timed_out))
