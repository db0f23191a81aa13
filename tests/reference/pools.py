"""The daemons of the reference model: aiods, soaiods, and who makes them."""

import errors
from engine import Sleep


class Task:
    """A task of taskqueue(9): asked for again while queued, it only counts."""

    def __init__(self, run):
        self.run = run
        self.pending = 0
        self.running = False

    def idle(self):
        return self.pending == 0 and not self.running


class TaskQueue:
    def __init__(self, engine):
        self.engine = engine
        self.tasks = []
        engine.start(self._thread(), "taskqueue")

    def ask(self, task):
        task.pending += 1
        if task.pending == 1:
            self.tasks.append(task)
            self.engine.wake(self)

    def _thread(self):
        while True:
            while self.tasks:
                task = self.tasks.pop(0)
                count, task.pending, task.running = task.pending, 0, True
                yield from task.run(count)
                task.running = False
                self.engine.wake(task)
            yield Sleep(self)


class Daemon:
    def __init__(self, number):
        self.number = number
        self.free = False
        self.memory = None  # its own


def lowest_free(numbers):
    number = 1
    while number in numbers:
        number += 1
    numbers.add(number)
    return number


class Aiods:
    """The pool of vfs_aio.c: LIFO, made one at a time."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.queue = []  # aio_jobs
        self.idle = []  # the last to go idle first
        self.numbers = set()
        self.alive = self.created = self.exited = self.moves = 0
        self.starting = 0

    def fill(self):
        sysctl = self.kernel.sysctl
        while self.alive < min(
            sysctl["vfs.aio.target_aio_procs"], sysctl["vfs.aio.max_aio_procs"]
        ):
            yield from self._create()

    def schedule(self, job):
        self.queue.append(job)
        job.waits_in = self.queue
        self.kick(job.owner)

    def kick(self, owner):
        if not self._wake_idle() and self._may_create(owner):
            self.kernel.kicks.ask(owner.aio.kick_task)

    def kick_often(self, owner, count):
        """The kick task's run."""
        for _ in range(count):
            if self._wake_idle():
                continue
            if not self._may_create(owner):
                break
            self.starting += 1
            yield from self._create()
            self.starting -= 1

    def _wake_idle(self):
        if not self.idle:
            return False
        daemon = self.idle.pop(0)
        daemon.free = False
        self.kernel.engine.wake(daemon)
        return True

    def _may_create(self, owner):
        sysctl = self.kernel.sysctl
        return (
            self.starting + self.alive < sysctl["vfs.aio.max_aio_procs"]
            and owner.aio.active + self.starting
            < sysctl["vfs.aio.max_aio_per_proc"]
        )

    def _create(self):
        daemon = Daemon(lowest_free(self.numbers))
        self.created += 1
        started = object()
        self.kernel.engine.start(self._thread(daemon, started), "aiod")
        yield Sleep(started)
        self.alive += 1

    def _select(self):
        limit = self.kernel.sysctl["vfs.aio.max_aio_per_proc"]
        for job in self.queue:
            if job.owner.aio.active < limit:
                self.queue.remove(job)
                job.waits_in = None
                job.owner.aio.active += 1
                return job
        return None

    def _thread(self, daemon, started):
        engine, sysctl = self.kernel.engine, self.kernel.sysctl
        engine.wake(started)
        while True:
            if daemon.free:
                self.idle.remove(daemon)
                daemon.free = False
            while True:
                job = self._select()
                if job is not None:
                    yield from self._serve(daemon, job)
                elif daemon.memory is None:
                    break
                else:
                    self._enter(daemon, None)
            self.idle.insert(0, daemon)
            daemon.free = True
            timed_out = yield Sleep(daemon, sysctl["vfs.aio.aiod_lifetime"])
            if (
                timed_out
                and not self.queue
                and daemon.free
                and self.alive > sysctl["vfs.aio.target_aio_procs"]
            ):
                self.idle.remove(daemon)
                self.numbers.discard(daemon.number)
                self.alive -= 1
                self.exited += 1
                return

    def _enter(self, daemon, memory):
        if daemon.memory != memory:
            daemon.memory = memory
            self.moves += 1

    def _serve(self, daemon, job):
        kernel, aio = self.kernel, job.owner.aio
        job.daemon, job.pool = daemon.number, "aiod"
        if job.opcode != "SYNC":
            self._enter(daemon, job.owner.memory)
        if job.opcode == "MLOCK":
            yield from kernel.engine.pause_until(
                kernel.engine.now + kernel.mlock_us
            )
            kernel.complete(job, 0)
        elif job.opcode == "READ" and job.size == 0:
            kernel.complete(job, 0)
        else:
            end_us = kernel.reserve(job.file, job.opcode, job.size)
            yield from kernel.engine.pause_until(end_us)
            error = job.file.io_error if job.opcode != "SYNC" else 0
            done = job.size if job.opcode != "SYNC" else 0
            kernel.complete(job, -1 if error else done, error)
        aio.active -= 1


class Soaiods:
    """The pool of sys_socket.c: FIFO, made as many at a time as are needed."""

    TARGET = 4

    def __init__(self, kernel):
        self.kernel = kernel
        self.tasks = []
        self.sleep = object()
        self.numbers = set()
        self.idle = self.starting = 0
        self.alive = self.created = self.exited = self.moves = 0
        self.empty = self.retries = 0
        self.creation = Task(self._create_needed)

    def ask(self, buffer):
        """The buffer's task is to run, if it is not going to."""
        buffer.wanted = False
        if buffer.running:
            return
        buffer.running = True
        self.tasks.append(buffer)
        if len(self.tasks) <= self.idle:
            self.kernel.engine.wake(self.sleep, one=True)
        elif self.alive < self.kernel.sysctl["kern.ipc.aio.max_procs"]:
            self.kernel.general.ask(self.creation)

    def _needs_one(self):
        return self.alive < self.TARGET or (
            self.alive < self.kernel.sysctl["kern.ipc.aio.max_procs"]
            and len(self.tasks) > self.idle + self.starting
        )

    def _create_needed(self, _count):
        while self._needs_one():
            daemon = Daemon(lowest_free(self.numbers))
            self.starting += 1
            self.created += 1
            self.alive += 1
            self.kernel.engine.start(self._thread(daemon), "soaiod")
        return
        yield  # a generator that never sleeps

    def _thread(self, daemon):
        self.starting -= 1
        while True:
            while self.tasks or daemon.memory is not None:
                if self.tasks:
                    yield from self._run_task(daemon, self.tasks.pop(0))
                else:
                    self._enter(daemon, None)
            self.idle += 1
            lifetime = self.kernel.sysctl["kern.ipc.aio.lifetime"]
            timed_out = yield Sleep(self.sleep, lifetime)
            self.idle -= 1
            if timed_out and not self.tasks and self.alive > self.TARGET:
                break
        self.numbers.discard(daemon.number)
        self.alive -= 1
        self.exited += 1

    def _enter(self, daemon, memory):
        if daemon.memory != memory:
            daemon.memory = memory
            self.moves += 1

    def _run_task(self, daemon, buffer):
        while buffer.jobs and buffer.ready():
            job = buffer.jobs.pop(0)
            job.waits_in = None
            self._enter(daemon, job.owner.memory)
            job.daemon, job.pool = daemon.number, "soaiod"
            yield from self._serve(buffer, job)
        buffer.wanted = bool(buffer.jobs)
        buffer.running = False

    def _serve(self, buffer, job):
        while True:
            blocked, error = yield from buffer.attempt(job)
            if not blocked or (job.moved > 0 and buffer.socket.nonblocking):
                self.kernel.complete(job, -1 if error else job.moved, error)
                return
            self.empty += 1
            if not buffer.ready():
                break
            self.retries += 1
        if job.marked:
            self.kernel.cut(job)
        else:
            job.daemon, job.pool = 0, None
            job.waits_in = buffer.jobs
            buffer.jobs.insert(0, job)


class Socket:
    def __init__(self, engine, file):
        self.engine = engine
        self.received = file["rcv_bytes"]
        self.finished = False  # no more will come
        self.size, self.lowat = file["snd_size"], file["snd_lowat"]
        self.unsent = 0
        self.closed = False
        self.nonblocking = file["nonblocking"]
        self.copy_base, self.copy_byte = (
            file["copy_base_us"],
            file["copy_ns_per_byte"],
        )
        self.receive, self.send = ReceiveBuffer(self), SendBuffer(self)

    def copy(self, size):
        return self.engine.pause_until(
            self.engine.now + self.copy_base + size * self.copy_byte // 1000
        )


class Buffer:
    def __init__(self, socket):
        self.socket = socket
        self.jobs = []
        self.wanted = False  # SB_AIO
        self.running = False  # SB_AIO_RUNNING


class ReceiveBuffer(Buffer):
    def ready(self):
        return self.socket.received >= 1 or self.socket.finished

    def attempt(self, job):
        left = job.size - job.moved
        size = min(self.socket.received, left)
        if left > 0 and size == 0:
            return not self.socket.finished, 0
        self.socket.received -= size
        if size > 0:
            yield from self.socket.copy(size)
        job.moved += size
        return False, 0


class SendBuffer(Buffer):
    def ready(self):
        socket = self.socket
        return socket.size - socket.unsent >= socket.lowat or socket.closed

    def attempt(self, job):
        socket = self.socket
        while job.moved < job.size:
            if socket.closed:
                return False, errors.EPIPE
            left, space = job.size - job.moved, socket.size - socket.unsent
            if space < min(left, socket.lowat):
                return True, 0
            size = min(space, left)
            socket.unsent += size
            job.moved += size
            yield from socket.copy(size)
        return False, 0
