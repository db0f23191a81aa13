"""A second model of FreeBSD 12.2's AIO: what happens to a request.

Written from the description of the kernel's behaviour and from FORMAT.md
alone, in another language and another style than model/: threads here are
coroutines that loop as the kernel's do, lists are scanned, and nothing is
incremental.  It is slow, and knows no signal delivery, costs or versions.
"""

import errors
from pools import Aiods, Soaiods, Socket, Task, TaskQueue

MAXPHYS = 128 * 1024
PAGE = 4096
BAD_PAGE = 0xDEAD000
OPCODES = {0: "NOP", 1: "WRITE", 2: "READ", 3: "SYNC", 4: "MLOCK"}
EV_ALLOWED = 0x10 | 0x20 | 0x80  # ONESHOT, CLEAR, DISPATCH


def default_sysctls(hz):
    return {
        "vfs.aio.enable_unsafe": 0,
        "vfs.aio.unsafe_warningcnt": 1,
        "vfs.aio.max_aio_procs": 32,
        "vfs.aio.target_aio_procs": 4,
        "vfs.aio.max_aio_queue": 1024,
        "vfs.aio.aiod_lifetime": 30 * hz,
        "vfs.aio.max_aio_per_proc": 32,
        "vfs.aio.max_aio_queue_per_proc": 256,
        "vfs.aio.max_buf_aio": 16,
        "kern.ipc.aio.max_procs": 32,
        "kern.ipc.aio.lifetime": 30 * hz,
    }


class File:
    """An open file."""

    def __init__(self, engine, file):
        self.kind = file["kind"]
        self.access = file["access"]
        self.device = file.get("device")
        self.io_error = file.get("io_error", 0)
        self.block_size = file.get("block_size", 0)
        self.largest = file.get("iosize_max", 0)
        self.unmapped = bool(file.get("unmapped"))
        self.socket = None
        if self.kind == "socket" and "rcv_bytes" in file:
            self.socket = Socket(engine, file)


class Device:
    def __init__(self, device):
        self.base_us = device["base_us"]
        self.ns_per_byte = device["ns_per_byte"]
        self.fsync_us = device["fsync_us"]
        self.free_at = [0] * device["channels"]


class Aio:
    """What the kernel keeps about a process that uses AIO (kaioinfo)."""

    def __init__(self, kernel, owner):
        self.all, self.unfinished, self.done = [], [], []
        self.sync_wait, self.sync_ready = [], []
        self.active = self.buffers = 0
        self.rundown = False
        self.kick_task = Task(lambda n: kernel.aiods.kick_often(owner, n))
        self.sync_task = Task(lambda n: kernel.queue_syncs(owner))


class Process:
    def __init__(self, pid):
        self.pid = pid
        self.files = {}
        self.blocks = {}  # of control blocks: [status, error]
        self.memory = object()
        self.aio = None


class Job:
    def __init__(self, owner, request, opcode, serial, list_):
        self.owner, self.opcode, self.serial = owner, opcode, serial
        self.cb, self.fd = request["cb"], request["fd"]
        self.size = request.get("nbytes", 0)
        self.buf = request.get("buf", PAGE)
        self.sigev = request.get("sigev") or {}
        self.file = owner.files.get(self.fd) if opcode != "MLOCK" else None
        self.list = list_
        self.daemon, self.pool = 0, None
        self.status = self.error = self.moved = self.pending = 0
        self.finished = self.marked = self.awaited = False
        self.waits_in = None  # where it can be cancelled


class List:
    def __init__(self, sigev):
        self.count, self.finished = 1, 0  # 1: the call itself
        self.sigev = sigev


class Kernel:
    def __init__(self, engine, vector):
        self.engine = engine
        self.hz = vector["hz"]
        self.sysctl = {**default_sysctls(self.hz), **vector["sysctl"]}
        self.may_unmap = bool(vector["unmapped_buf_allowed"])
        self.mlock_us = vector["mlock_us"]
        self.devices = {d["id"]: Device(d) for d in vector["devices"]}
        self.queue_count = self.mapped = self.unmapped = 0
        self.warnings = self.serial = 0
        self.completions, self.notifications = [], []
        self.kicks, self.general = TaskQueue(engine), TaskQueue(engine)
        self.aiods, self.soaiods = Aiods(self), Soaiods(self)
        self.general.ask(self.soaiods.creation)

    # Devices

    def reserve(self, file, opcode, size):
        """When the device will be through with it."""
        now = self.engine.now
        if file.device is None:
            return now
        device = self.devices[file.device]
        lasts = device.base_us + size * device.ns_per_byte // 1000
        if opcode == "SYNC":
            lasts = device.fsync_us
        if lasts == 0:
            return now
        starts = [max(now, free) for free in device.free_at]
        channel = starts.index(min(starts))
        device.free_at[channel] = starts[channel] + lasts
        return device.free_at[channel]

    # Submission

    def submit(self, process, request, opcode, list_=None):
        """0, or the error that the attempt comes to."""
        block = process.blocks.setdefault(request["cb"], [0, 0])
        block[:] = [-1, 0]
        error, stored, opcode = self._check(process, request, opcode)
        if error == 0 and opcode == "NOP":
            return 0
        if error == 0:
            self.serial += 1
            error = self.check_kevent(process, request.get("sigev") or {})
        if error == 0:
            job = Job(process, request, opcode, self.serial, list_)
            error = self._dispatch(job)
        if stored:
            block[1] = error or errors.EINPROGRESS
        return error

    def _check(self, process, request, opcode):
        """(error, whether the control block keeps it, opcode)."""
        sysctl, sigev = self.sysctl, request.get("sigev") or {}
        notify = sigev.get("notify", "none")
        if (
            self.queue_count >= sysctl["vfs.aio.max_aio_queue"]
            or len(process.aio.all) >= sysctl["vfs.aio.max_aio_queue_per_proc"]
        ):
            return errors.EAGAIN, True, opcode
        if request.get("nbytes", 0) == -1:  # SIZE_MAX
            return errors.EINVAL, False, opcode
        if notify not in ("none", "signal", "thread_id", "kevent"):
            return errors.EINVAL, True, opcode
        if notify in ("signal", "thread_id") and not (
            1 <= sigev["signo"] <= 128
        ):
            return errors.EINVAL, False, opcode
        if isinstance(opcode, int):
            opcode = OPCODES.get(opcode)
        if opcode is None:
            return errors.EINVAL, True, opcode
        return self._check_file(process, request, opcode), True, opcode

    def _check_file(self, process, request, opcode):
        file = process.files.get(request["fd"])
        transfer = opcode in ("READ", "WRITE")
        if opcode == "MLOCK":
            return 0
        if file is None or transfer and opcode[0].lower() not in file.access:
            return errors.EBADF
        if opcode == "SYNC" and file.kind in ("socket", "pipe", "kqueue"):
            return errors.EINVAL
        if (
            transfer
            and request.get("offset", 0) < 0
            and file.kind not in ("rawdisk", "tty")
        ):
            return errors.EINVAL
        return 0

    def check_kevent(self, process, sigev, flags_count=True):
        if sigev.get("notify") != "kevent":
            return 0
        if flags_count and sigev.get("flags", 0) & ~EV_ALLOWED:
            return errors.EINVAL
        kqueue = process.files.get(sigev["kq"])
        if kqueue is None or kqueue.kind != "kqueue":
            return errors.EBADF
        return 0

    def _dispatch(self, job):
        if job.opcode == "MLOCK":
            self._accept(job)
            self.aiods.schedule(job)
        elif job.file.socket is not None:
            self._accept(job)
            self._queue_at_socket(job)
        elif self._suits_disk(job):
            return self._give_to_disk(job)
        elif not self._is_safe(job.file):
            if self.sysctl["vfs.aio.unsafe_warningcnt"] != 0:
                self.sysctl["vfs.aio.unsafe_warningcnt"] -= 1
                self.warnings += 1
            return errors.EOPNOTSUPP
        elif job.opcode == "SYNC":
            self._queue_sync(job)
        else:
            self._accept(job)
            self.aiods.schedule(job)
        return 0

    def _accept(self, job):
        aio = job.owner.aio
        aio.all.append(job)
        aio.unfinished.append(job)
        self.queue_count += 1
        if job.list is not None:
            job.list.count += 1

    def _is_safe(self, file):
        return (
            self.sysctl["vfs.aio.enable_unsafe"] != 0
            or file.kind in ("regular", "dir")
        )

    def _queue_at_socket(self, job):
        socket = job.file.socket
        buffer = socket.receive if job.opcode == "READ" else socket.send
        job.waits_in = buffer.jobs
        buffer.jobs.append(job)
        if buffer.ready():
            self.soaiods.ask(buffer)
        elif not buffer.running:
            buffer.wanted = True

    def socket_event(self, process, event):
        socket = process.files[event["fd"]].socket
        if event["ev"] == "rx":
            socket.received += event["bytes"]
        elif event["ev"] == "eof":
            socket.finished = True
        elif event["ev"] == "drain":
            socket.unsent = max(0, socket.unsent - event["bytes"])
        else:
            socket.closed = True
        incoming = event["ev"] in ("rx", "eof")
        buffer = socket.receive if incoming else socket.send
        if buffer.wanted:
            self.soaiods.ask(buffer)

    # Raw disks

    def _goes_unmapped(self, job):
        return job.file.unmapped and self.may_unmap

    def _suits_disk(self, job):
        file, largest = job.file, MAXPHYS
        if file.kind != "rawdisk" or job.opcode not in ("READ", "WRITE"):
            return False
        if not self._goes_unmapped(job):
            largest -= job.buf % PAGE
        return (
            file.block_size != 0
            and job.size % file.block_size == 0
            and job.size <= min(file.largest, largest)
        )

    def _give_to_disk(self, job):
        unmapped, aio = self._goes_unmapped(job), job.owner.aio
        if not unmapped and aio.buffers >= self.sysctl["vfs.aio.max_buf_aio"]:
            return errors.EAGAIN
        if job.buf // PAGE * PAGE == BAD_PAGE:
            return errors.EFAULT
        self._accept(job)
        self._count_buffers(job, unmapped, 1)
        end_us = self.reserve(job.file, job.opcode, job.size)

        def over():
            self._count_buffers(job, unmapped, -1)
            error = job.file.io_error
            self.complete(job, -1 if error else job.size, error)

        if end_us > self.engine.now:
            self.engine.at(end_us, over)
        else:
            over()
        return 0

    def _count_buffers(self, job, unmapped, by):
        if unmapped:
            self.unmapped += by
        else:
            self.mapped += by
            job.owner.aio.buffers += by

    # fsync

    def _queue_sync(self, job):
        for earlier in job.owner.aio.unfinished:
            if earlier.file is job.file and earlier.opcode != "SYNC":
                earlier.awaited = True
                job.pending += 1
        self._accept(job)
        if job.pending == 0:
            self.aiods.schedule(job)
        else:
            job.waits_in = job.owner.aio.sync_wait
            job.waits_in.append(job)

    def _release_syncs(self, job):
        aio, released = job.owner.aio, False
        for sync in aio.sync_wait[:]:
            if sync.file is job.file and sync.serial > job.serial:
                sync.pending -= 1
                if sync.pending == 0:
                    aio.sync_wait.remove(sync)
                    sync.waits_in = None
                    aio.sync_ready.append(sync)
                    released = True
        if released:
            self.kicks.ask(aio.sync_task)

    def queue_syncs(self, owner):
        """The sync task's run."""
        while owner.aio.sync_ready:
            job = owner.aio.sync_ready.pop(0)
            if job.marked:
                self.complete(job, -1, errors.ECANCELED)
            else:
                self.aiods.schedule(job)
        return
        yield  # a generator that never sleeps

    # Completion

    def complete(self, job, status, error=0):
        aio = job.owner.aio
        job.status, job.error, job.finished = status, error, True
        aio.unfinished.remove(job)
        aio.done.append(job)
        self.completions.append(
            {
                "pid": job.owner.pid,
                "cb": job.cb,
                "t_us": self.engine.now,
                "status": status,
                "error": error,
                "daemon": job.daemon,
                "pool": job.pool,
            }
        )
        if job.list is not None:
            job.list.finished += 1
        if not aio.rundown:
            self._notify(job.owner, job.sigev, "", job.cb, error)
            if job.list is not None and job.list.finished == job.list.count:
                self.notify_list(job.owner, job.list)
        if job.awaited:
            self._release_syncs(job)
        self.engine.wake(job.owner)

    def notify_list(self, process, list_):
        self._notify(process, list_.sigev, "lio_", None, 0)

    def _notify(self, process, sigev, prefix, cb, data):
        notify = sigev.get("notify", "none")
        if notify == "none":
            return
        kind = "kevent" if notify == "kevent" else "signal"
        self.notifications.append(
            {
                "kind": prefix + kind,
                "pid": process.pid,
                "cb": cb,
                "data": data if kind == "kevent" else sigev["signo"],
                "t_us": self.engine.now,
            }
        )

    def cut(self, job):
        """Ends before its time; what has been moved counts."""
        if job.moved > 0:
            self.complete(job, job.moved)
        else:
            self.complete(job, -1, errors.ECANCELED)

    def cancel(self, job):
        """Whether it is cancelled; else it is marked."""
        if job.waits_in is None or job.marked:
            job.marked = True
            return False
        job.marked = True
        job.waits_in.remove(job)
        job.waits_in = None
        if job.file is not None and job.file.socket is not None:
            socket = job.file.socket
            for buffer in (socket.receive, socket.send):
                buffer.wanted = buffer.wanted and bool(buffer.jobs)
        self.cut(job)
        return job.error == errors.ECANCELED

    def collect(self, job):
        aio = job.owner.aio
        aio.done.remove(job)
        aio.all.remove(job)
        self.queue_count -= 1
        if job.list is not None:
            job.list.count -= 1
            job.list.finished -= 1
