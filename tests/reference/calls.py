"""The calls of a process in the reference model, and a whole vector's run."""

import errors
from engine import Engine, Sleep
from kernel import Aio, File, Kernel, List, Process

SUBMISSIONS = {
    "aio_read": "READ",
    "aio_write": "WRITE",
    "aio_fsync": "SYNC",
    "aio_mlock": "MLOCK",
}
MODES = {0: "NOWAIT", 1: "WAIT"}


class Calls:
    """Each call is a generator that returns (value, errno, cb)."""

    def __init__(self, kernel):
        self.kernel = kernel

    def enter(self, process, call):
        name = call["call"]
        if name in SUBMISSIONS:
            return self._submit(process, call)
        if name in ("exit", "exec"):
            return self._end(process, name)
        return getattr(self, "_" + name)(process, call)

    def _begin(self, process):
        """The first use of AIO fills the pool."""
        if process.aio is None:
            process.aio = Aio(self.kernel, process)
            yield from self.kernel.aiods.fill()

    def _ticks(self, timeout_us):
        """Of a time-out; 0 without one."""
        tick_us = self.kernel.engine.tick_us
        if timeout_us is None:
            return 0
        if 0 < timeout_us < tick_us // 16:
            timeout_us = tick_us // 16
        return -(-timeout_us // tick_us) + 1

    def _submit(self, process, call):
        if call["call"] == "aio_fsync" and call.get("op", "O_SYNC") != "O_SYNC":
            return -1, errors.EINVAL, None
        yield from self._begin(process)
        error = self.kernel.submit(process, call, SUBMISSIONS[call["call"]])
        return (-1 if error else 0), error, None

    def _aio_error(self, process, call):
        return self._error_of(process, call["cb"]), 0, None
        yield

    def _error_of(self, process, cb):
        if process.aio is None:
            return errors.EINVAL
        for job in process.aio.all:
            if job.cb == cb:
                return job.error if job.finished else errors.EINPROGRESS
        status, error = process.blocks.get(cb, (0, 0))
        return error if status == -1 else errors.EINVAL

    def _collect(self, process, job):
        self.kernel.collect(job)
        process.blocks[job.cb] = [job.status, job.error]
        return -1 if job.error else job.status, job.error

    def _aio_return(self, process, call):
        for job in process.aio.done if process.aio is not None else []:
            if job.cb == call["cb"]:
                return (*self._collect(process, job), None)
        return -1, errors.EINVAL, None
        yield

    def _aio_cancel(self, process, call):
        file, fd, cb = process.files.get(call["fd"]), call["fd"], call["cb"]
        if file is None:
            return -1, errors.EBADF, None
        if process.aio is None:
            return errors.ALLDONE, 0, None
        if file.kind == "rawdisk":
            return errors.NOTCANCELED, 0, None
        meant = [
            job
            for job in process.aio.unfinished
            if job.fd == fd and cb in (None, job.cb)
        ]
        answers = [
            self.kernel.cancel(job)
            for job in (meant if cb is None else meant[:1])
        ]
        if not answers:
            return errors.ALLDONE, 0, None
        return errors.CANCELED if all(answers) else errors.NOTCANCELED, 0, None
        yield

    def _aio_suspend(self, process, call):
        cbs = [cb for cb in call["cbs"] if cb is not None]
        limit = self.kernel.sysctl["vfs.aio.max_aio_queue_per_proc"]
        if len(call["cbs"]) > limit:
            return -1, errors.EINVAL, None
        if process.aio is None:
            return -1, errors.EAGAIN, None
        while True:
            known = [job for job in process.aio.all if job.cb in cbs]
            if not known or any(job.finished for job in known):
                return 0, 0, None
            if (yield Sleep(process, self._ticks(call["timeout_us"]))):
                return -1, errors.EAGAIN, None

    def _aio_waitcomplete(self, process, call):
        yield from self._begin(process)
        while not process.aio.done:
            if call["timeout_us"] == 0:
                return -1, errors.EAGAIN, None
            if (yield Sleep(process, self._ticks(call["timeout_us"]))):
                return -1, errors.EAGAIN, None
        job = process.aio.done[0]
        return (*self._collect(process, job), job.cb)

    def _lio_listio(self, process, call):
        mode = MODES.get(call["mode"], call["mode"])
        limit = self.kernel.sysctl["vfs.aio.max_aio_queue_per_proc"]
        if mode not in ("WAIT", "NOWAIT") or len(call["list"]) > limit:
            return -1, errors.EINVAL, None
        yield from self._begin(process)
        sigev = call.get("sigev") or {} if mode == "NOWAIT" else {}
        error = self._check_list(process, sigev)
        if error:
            return -1, error, None
        list_ = List(sigev)
        results = [
            self.kernel.submit(process, entry, entry["op"], list_)
            for entry in call["list"]
            if entry is not None
        ]
        if mode == "WAIT":
            while list_.finished < list_.count - 1:
                yield Sleep(process)
        elif list_.finished == list_.count - 1:
            self.kernel.notify_list(process, list_)
        list_.count -= 1
        failures = {error for error in results if error}
        if not failures:
            return 0, 0, None
        if failures == {errors.EAGAIN}:
            return -1, errors.EAGAIN, None
        return -1, errors.EIO, None

    def _check_list(self, process, sigev):
        notify = sigev.get("notify", "none")
        if notify == "kevent":
            return self.kernel.check_kevent(process, sigev, flags_count=False)
        if notify in ("signal", "thread_id"):
            return 0 if 1 <= sigev["signo"] <= 128 else errors.EINVAL
        return 0 if notify == "none" else errors.EINVAL

    def _sysctl(self, process, call):
        self.kernel.sysctl[call["name"]] = call["value"]
        return 0, 0, None
        yield

    def _end(self, process, name):
        if process.aio is not None:
            yield from self._run_down(process)
        if name == "exec":
            process.memory = object()
            process.blocks = {}
        return 0, 0, None

    def _run_down(self, process):
        aio = process.aio
        aio.rundown = True
        while True:
            for job in aio.unfinished[:]:
                self.kernel.cancel(job)
            if not aio.unfinished and aio.active == 0:
                break
            yield Sleep(process, self.kernel.hz)
        for job in aio.done[:]:
            self.kernel.collect(job)
        for task in (aio.kick_task, aio.sync_task):
            while not task.idle():
                yield Sleep(task)
        process.aio = None


class Run:
    """A vector's run, and what is seen of it."""

    def __init__(self, vector):
        self.vector = vector
        self.engine = Engine(vector["hz"])
        self.kernel = Kernel(self.engine, vector)
        self.calls = Calls(self.kernel)
        self.processes = {}
        self.returns = []
        self.returned = {}
        self.lines = {
            name: [[0, 0]]
            for name in ("procs", "queue", "buf", "unmapped", "so_procs")
        }

    def expect(self):
        vector, engine = self.vector, self.engine
        for entry in vector["processes"]:
            self.processes[entry["pid"]] = Process(entry["pid"])
        self._open_files()
        engine.run(-1, lambda: None)  # what there is from boot on
        for event in vector.get("socket_events", []):
            process = self.processes[event["pid"]]
            engine.at(
                event["t_us"],
                lambda p=process, e=event: self.kernel.socket_event(p, e),
            )
        for entry in sorted(vector["processes"], key=lambda e: e["pid"]):
            engine.start(self._program(entry), "program")
        engine.run(-1, self._settle)
        engine.run(vector["end_us"], self._settle)
        return self._observed()

    def _open_files(self):
        for file in sorted(
            self.vector["files"], key=lambda f: f["kind"] == "dup"
        ):
            files = self.processes[file["pid"]].files
            if file["kind"] == "dup":
                files[file["fd"]] = files[file["of"]]
            else:
                files[file["fd"]] = File(self.engine, file)

    def _program(self, entry):
        process, engine = self.processes[entry["pid"]], self.engine
        self.returned[process.pid] = 0
        for index, call in enumerate(entry["calls"]):
            yield from engine.pause_until(call["t_us"])
            entered = engine.now
            value, error, cb = yield from self.calls.enter(process, call)
            seen = {
                "pid": process.pid,
                "call_index": index,
                "ret": value,
                "errno": error,
                "t_enter_us": entered,
                "t_us": engine.now,
            }
            if call["call"] == "aio_waitcomplete":
                seen["cb"] = cb
            self.returns.append(seen)
            self.returned[process.pid] = index + 1

    def _levels(self):
        kernel = self.kernel
        return {
            "procs": kernel.aiods.alive,
            "queue": kernel.queue_count,
            "buf": kernel.mapped,
            "unmapped": kernel.unmapped,
            "so_procs": kernel.soaiods.alive,
        }

    def _settle(self):
        for name, level in self._levels().items():
            if self.lines[name][-1][1] != level:
                self.lines[name].append([self.engine.now, level])

    def _observed(self):
        kernel, aiods, soaiods = (
            self.kernel,
            self.kernel.aiods,
            self.kernel.soaiods,
        )
        return {
            "returns": self.returns,
            "completions": kernel.completions,
            **self.lines,
            "notifications": kernel.notifications,
            "blocked_at_end": [
                {"pid": entry["pid"], "call_index": self.returned[entry["pid"]]}
                for entry in sorted(
                    self.vector["processes"], key=lambda e: e["pid"]
                )
                if self.returned[entry["pid"]] < len(entry["calls"])
            ],
            "final": {
                **self._levels(),
                "created": aiods.created,
                "exited": aiods.exited,
                "vmswitch": aiods.moves,
                "warnings": kernel.warnings,
                "so_created": soaiods.created,
                "so_exited": soaiods.exited,
                "so_vmswitch": soaiods.moves,
                "so_empty": soaiods.empty,
                "so_retries": soaiods.retries,
            },
        }
