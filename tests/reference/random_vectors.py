"""Random vectors: small limits, sysctls changing, every call and kind of file.

A vector's content follows from its seed alone.  Times of calls and events are
odd or even microseconds as they come, so that some meet clock ticks.
"""

import random

BAD_PAGE = 0xDEAD000
KQUEUE, CLOSED = 12, 50


class Generator:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.hz = self.pick(100, 250, 1000, 1000, 1000, 2000)
        self.sockets = self.chance(0.5)
        self.span_us = self.pick(20_000, 100_000, 400_000, 1_500_000)
        self.pids = range(1, self.random.randint(1, 4) + 1)
        self.blocks = dict.fromkeys(self.pids, 0)  # control blocks in use

    def pick(self, *values):
        return self.random.choice(values)

    def chance(self, share):
        return self.random.random() < share

    def between(self, low, high):
        return self.random.randint(low, high)

    def limit(self, large):
        if self.chance(0.05):
            return self.pick(0, -1, -3)
        return self.pick(self.between(1, 4), self.between(1, 10), large)

    def vector(self):
        vector = {
            "format": 1,
            "name": f"random-{self.seed}",
            "description": "a random mix",
            "hz": self.hz,
            "sysctl": self._sysctls(),
            "unmapped_buf_allowed": self.pick(0, 1, 1),
            "mlock_us": self.pick(0, self.between(1, 9000)),
            "devices": [self._device(number) for number in (1, 2, 3)],
            "files": [file for pid in self.pids for file in self._files(pid)],
        }
        self.files = vector["files"]
        vector["processes"] = [
            {"pid": pid, "calls": self._calls(pid)} for pid in self.pids
        ]
        if self.sockets:
            vector["socket_events"] = self._socket_events()
        vector["end_us"] = 2 * self.span_us + self.pick(100_001, 40_000_001)
        return vector

    def _lifetime(self):
        return self.pick(0, self.between(1, 60), self.between(1, 500), 30 * self.hz)

    def _sysctls(self):
        sysctls = {
            "vfs.aio.enable_unsafe": int(self.chance(0.3)),
            "vfs.aio.unsafe_warningcnt": self.pick(0, 1, 3),
            "vfs.aio.max_aio_procs": self.limit(32),
            "vfs.aio.target_aio_procs": self.limit(4),
            "vfs.aio.max_aio_queue": self.pick(1024, self.between(3, 40)),
            "vfs.aio.aiod_lifetime": self._lifetime(),
            "vfs.aio.max_aio_per_proc": self.limit(32),
            "vfs.aio.max_aio_queue_per_proc": self.pick(
                256, self.between(2, 40)
            ),
            "vfs.aio.max_buf_aio": self.limit(16),
        }
        if self.sockets:
            sysctls["kern.ipc.aio.max_procs"] = self.limit(32)
            sysctls["kern.ipc.aio.lifetime"] = self._lifetime()
        return sysctls

    def _device(self, number):
        return {
            "id": number,
            "channels": self.between(1, 8),
            "base_us": self.pick(0, self.between(1, 15_000)),
            "ns_per_byte": self.pick(0, self.between(1, 2000)),
            "fsync_us": self.pick(0, self.between(1, 20_000)),
        }

    # Files

    def _files(self, pid):
        def file(fd, kind, **more):
            return {"pid": pid, "fd": fd, "kind": kind, "access": "rw", **more}

        def on_device(fd, kind, **more):
            return file(fd, kind, device=self.between(1, 3), **more)

        disk = {"block_size": 512, "iosize_max": self.pick(65536, 131072)}
        files = [
            on_device(3, "regular", local=True),
            file(4, "dup", of=3),
            on_device(5, "regular", local=True),
            on_device(6, "regular", local=True, access=self.pick("r", "w")),
            on_device(7, "nfs", local=False),
            on_device(8, "regular", local=True, io_error=self.pick(4, 5, 35)),
            on_device(9, "rawdisk", unmapped=False, **disk),
            on_device(10, "rawdisk", unmapped=True, **disk),
            on_device(11, self.pick("pipe", "fifo", "tty", "dir")),
            file(KQUEUE, "kqueue"),
        ]
        if self.sockets:
            count = self.between(1, 5)
            files += [self._socket(pid, 20 + i) for i in range(count)]
            files.append(file(30, "dup", of=20))
        return files

    def _socket(self, pid, fd):
        return {
            "pid": pid,
            "fd": fd,
            "kind": "socket",
            "access": "rw",
            "rcv_bytes": self.pick(0, 0, 1, 5000, 100_000),
            "snd_size": self.pick(4096, 16384, 32768),
            "snd_lowat": self.pick(1, 1024, 2048),
            "nonblocking": self.chance(0.3),
            "copy_base_us": self.pick(0, self.between(1, 6000)),
            "copy_ns_per_byte": self.pick(0, self.between(1, 300)),
        }

    def _socket_events(self):
        sockets = [f for f in self.files if f["kind"] == "socket"]
        events = []
        for _ in range(self.between(3, 60)):
            socket = self.pick(*sockets)
            kind = self.pick(*["rx", "drain"] * 6, "eof", "close")
            event = {
                "t_us": self.between(1, 2 * self.span_us),
                "pid": socket["pid"],
                "fd": socket["fd"],
                "ev": kind,
            }
            if kind in ("rx", "drain"):
                event["bytes"] = self.pick(
                    self.between(1, 200), self.between(1, 40_000)
                )
            events.append(event)
        return sorted(events, key=lambda event: event["t_us"])

    # Calls

    def _calls(self, pid):
        count = self.between(5, 90)
        now, burst, calls = self.between(1, self.span_us // 4), 0, []
        for _ in range(count):
            if burst > 0:
                burst -= 1
                now += self.between(0, 2)
            else:
                now += self.between(0, max(4, 2 * self.span_us // count))
                burst = self.between(2, 25) if self.chance(0.1) else 0
            calls.append({"t_us": now, **self._call(pid)})
        if self.chance(0.3):
            calls.append({"t_us": now + 1, "call": "exit"})
        return calls

    def _call(self, pid):
        kinds = {
            self._transfer: 42,
            self._sync: 7,
            self._mlock: 3,
            self._cancel: 5,
            self._return: 6,
            self._error: 4,
            self._suspend: 6,
            self._waitcomplete: 12,
            self._list: 7,
            self._sysctl: 6,
            self._exec: 1,
        }
        kind = self.random.choices(list(kinds), kinds.values())[0]
        return kind(pid)

    def _fd(self, pid):
        mine = [f for f in self.files if f["pid"] == pid]
        busy = [f for f in mine if f["fd"] in (3, 4, 5) or f["fd"] >= 20]
        if self.chance(0.7):
            return self.pick(*busy)["fd"]
        return self.pick(*mine, {"fd": CLOSED})["fd"]

    def _new_block(self, pid):
        if self.blocks[pid] > 0 and self.chance(0.1):
            return self._old_block(pid)
        self.blocks[pid] += 1
        return self.blocks[pid] - 1

    def _old_block(self, pid):
        return self.between(0, self.blocks[pid])

    def _sigev(self):
        if self.chance(0.7):
            return {}
        sigev = {"notify": self.pick("signal", "thread_id", "thread", "kevent")}
        if sigev["notify"] == "kevent":
            sigev["kq"] = self.pick(KQUEUE, KQUEUE, KQUEUE, 3, 77)
            sigev["flags"] = self.pick(0, 0, 0, 1, 16, 32, 128, 144)
        else:
            sigev["signo"] = self.pick(1, 30, 31, 128, 0, 129)
        return {"sigev": sigev}

    def _request(self, pid):
        request = {
            "cb": self._new_block(pid),
            "fd": self._fd(pid),
            "offset": self.pick(0, 0, 0, 4096, 8192, 8192, -1, -512),
            "nbytes": self.pick(
                *[self.between(1, 30_000)] * 4,
                *(0, 512, 1000, 4096, 65536, 131072, 262144),
                self.pick(77, -1),
            ),
            **self._sigev(),
        }
        if self.chance(0.15):
            request["buf"] = self.pick(4096, 4608, BAD_PAGE)
        return request

    def _transfer(self, pid):
        kind = self.pick("aio_read", "aio_read", "aio_write")
        return {"call": kind, **self._request(pid)}

    def _sync(self, pid):
        call = {
            "call": "aio_fsync",
            "cb": self._new_block(pid),
            "fd": self._fd(pid),
            **self._sigev(),
        }
        if self.chance(0.05):
            call["op"] = "O_DSYNC"
        return call

    def _mlock(self, pid):
        return {"call": "aio_mlock", **self._request(pid)}

    def _cancel(self, pid):
        block = self.pick(None, self._old_block(pid))
        return {"call": "aio_cancel", "fd": self._fd(pid), "cb": block}

    def _return(self, pid):
        return {"call": "aio_return", "cb": self._old_block(pid)}

    def _error(self, pid):
        return {"call": "aio_error", "cb": self._old_block(pid)}

    def _timeout(self):
        return self.pick(
            *(0, 1, 1000, 5000, self.between(1, 30_000)),
            self.pick(None, self.between(1, 90_000)),
        )

    def _suspend(self, pid):
        blocks = [
            None if self.chance(0.2) else self._old_block(pid)
            for _ in range(self.between(0, 4))
        ]
        return {
            "call": "aio_suspend",
            "cbs": blocks,
            "timeout_us": self._timeout(),
        }

    def _waitcomplete(self, _pid):
        return {"call": "aio_waitcomplete", "timeout_us": self._timeout()}

    def _entry(self, pid):
        if self.chance(0.1):
            return None
        opcode = self.pick("READ", "WRITE")
        if self.chance(0.3):
            opcode = self.pick("NOP", -1, 0, 1, 2, 3, 4, 5)
        return {"op": opcode, **self._request(pid)}

    def _list(self, pid):
        return {
            "call": "lio_listio",
            "mode": self.pick(*["WAIT", "NOWAIT", "NOWAIT", 0, 1] * 3, 7),
            "list": [self._entry(pid) for _ in range(self.between(0, 8))],
            **self._sigev(),
        }

    def _sysctl(self, _pid):
        sysctls = self._sysctls()
        name = self.pick(*sysctls)
        return {"call": "sysctl", "name": name, "value": sysctls[name]}

    def _exec(self, _pid):
        return {"call": "exec"}


def random_vector(seed):
    return Generator(seed).vector()
