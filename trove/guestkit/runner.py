# SPDX-License-Identifier: Apache-2.0
"""Services without systemd: processes of our own, watched by threads.

A killed agent leaves its services running; the next one finds them by the
record of their process (number and time of birth) and watches on.
"""

import dataclasses
import os
import resource
import selectors
import signal
import subprocess
import threading
import time

from trove.guestkit import deaths
from trove.guestkit import errors
from trove.guestkit import files
from trove.guestkit import shell
from trove.guestkit import units


class Runner(units.Units):
    """Keeps services by itself; ``folder`` holds the process records."""

    def __init__(self, folder):
        os.makedirs(folder, mode=0o755, exist_ok=True)
        self._folder = folder
        self._watched = {}
        self._lock = threading.Lock()

    def start(self, unit):
        """Start it, or adopt the process that an earlier agent started."""
        with self._lock:
            watched = self._watched.get(unit.name)
            if watched is not None and watched.wanted:
                return
            self._watched[unit.name] = _Watched(unit, self._record(unit))

    def stop(self, unit):
        """Ask it to end; kill it when its time is over."""
        with self._lock:
            watched = self._watched.pop(unit.name, None)
        if watched is not None:
            watched.end(unit.stop_timeout_s)
            return
        found = _find(self._record(unit))
        if found is not None:
            found.end(unit.stop_timeout_s, unit.stop_signal)
            files.remove(self._record(unit))

    def kill(self, unit):
        """Kill it and see it gone."""
        self.stop(dataclasses.replace(unit, stop_timeout_s=0))

    def condition(self, unit):
        """What the watcher knows; else whether the recorded process lives."""
        with self._lock:
            watched = self._watched.get(unit.name)
        if watched is not None:
            return watched.condition
        found = _find(self._record(unit))
        return units.Condition(
            state=units.State.RUNNING if found else units.State.STOPPED,
            pid=found and found.pid)

    def retire(self, names):
        """Nothing to do: without systemd nothing starts packaged services."""

    def release(self):
        """Watch nothing any more; what runs runs on, unwatched."""
        with self._lock:
            for watched in self._watched.values():
                watched.release()
            self._watched.clear()

    def _record(self, unit):
        return os.path.join(self._folder, unit.name + '.process')


@dataclasses.dataclass(frozen=True, slots=True)
class _Process:
    """A process that cannot be mistaken for a later one of its number."""

    pid: int
    born: str
    child: subprocess.Popen | None = None

    def wait(self, timeout_s=None):
        """Whether it has ended, after waiting at most this long."""
        if self.child is not None:
            try:
                self.child.wait(timeout_s)
            except subprocess.TimeoutExpired:
                return False
            return True
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if _birth(self.pid) != self.born:
                return True
            with selectors.DefaultSelector() as selector:
                selector.register(handle, selectors.EVENT_READ)
                return bool(selector.select(timeout_s))
        finally:
            os.close(handle)

    def end(self, timeout_s, gently):
        """Ask it to end with the signal `gently`, then kill it."""
        for number, patience_s in ((gently, timeout_s),
                                   (signal.SIGKILL, 30)):
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return
            if self.wait(patience_s):
                return
        raise errors.UnitFailed(unit=str(self.pid),
                                reason='the process cannot be killed.')


class _Watched:
    """One service and the thread that watches it."""

    def __init__(self, unit, record):
        self.wanted = True
        self._unit = unit
        self._record = record
        self._restarts = 0
        self._deaths = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._failed = False
        self._ending = None
        self._kills = deaths.Kills()
        self._kills.note(unit.name)
        self._process = _find(record) or self._first()
        self._thread = threading.Thread(
            target=self._watch, name='unit-' + unit.name, daemon=True)
        self._thread.start()

    @property
    def condition(self):
        """The Condition of the service."""
        process = self._process
        if process is not None:
            state = units.State.RUNNING
        elif self._failed:
            state = units.State.FAILED
        elif self._stop.is_set() or not self.wanted:
            state = units.State.STOPPED
        else:
            state = units.State.RESTARTING
        return units.Condition(state=state, pid=process and process.pid,
                               restarts=self._restarts,
                               ending=None if process else self._ending)

    def end(self, timeout_s):
        """Stop the service, by force after a time, and its watcher."""
        with self._lock:
            self._stop.set()
            process = self._process
        if process is not None:
            process.end(timeout_s, self._unit.stop_signal)
        self._thread.join(self._unit.stop_timeout_s)
        files.remove(self._record)

    def release(self):
        """Watch no more; the process runs on."""
        self._stop.set()

    def _watch(self):
        while True:
            self._process.wait()
            child = self._process.child
            clean = child is not None and child.returncode == 0
            self._ending = self._told(child)
            self._process = None
            if self._stop.is_set():
                return
            if clean:
                self.wanted = False
                return
            if not self._again():
                return

    def _told(self, child):
        """How it ended; only the parent of a process is told."""
        if child is None:
            return None
        if child.returncode >= 0:
            return deaths.by_code(child.returncode)
        if (child.returncode == -signal.SIGKILL
                and self._kills.since(self._unit.name)):
            return deaths.FOR_MEMORY
        return deaths.by_signal(-child.returncode)

    def _first(self):
        if not self._prepared():
            raise errors.UnitFailed(unit=self._unit.name, reason=(
                'what is to be run ahead of it failed.'))
        return self._spawn()

    def _again(self):
        """Start it once more; False when it is not to be."""
        while self._may_restart():
            self._stop.wait(self._unit.restart_pause_s)
            if not self._stop.is_set() and not self._prepared():
                continue
            with self._lock:        # against `end` in this very moment
                if self._stop.is_set():
                    return False
                self._restarts += 1
                self._process = self._spawn()
            return True
        self._failed, self.wanted = True, False
        return False

    def _prepared(self):
        before = self._unit.before
        return not before or subprocess.run(
            before, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False).returncode == 0

    def _may_restart(self):
        now = time.monotonic()
        self._deaths = [then for then in self._deaths
                        if now - then < self._unit.restart_window_s] + [now]
        return len(self._deaths) <= self._unit.restarts

    def _spawn(self):
        unit = self._unit
        for path in unit.runtime_folders:
            files.folder(path, owner=unit.user)
        self._kills.note(unit.name)
        child = subprocess.Popen(
            unit.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd='/', start_new_session=True,
            env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'},
            **shell.identity(unit.user))
        _allow_files(child.pid, unit.open_files)
        process = _Process(child.pid, _birth(child.pid), child)
        files.write_json(self._record,
                         {'pid': process.pid, 'born': process.born})
        return process


def _allow_files(pid, wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= allowed:
        return
    try:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (allowed, hard))
    except ProcessLookupError:
        return      # it is gone already: the watcher will see


def _birth(pid):
    """The start time of a process in clock ticks; None if it is gone."""
    try:
        with open('/proc/%d/stat' % pid, encoding='utf-8',
                  errors='replace') as stream:
            fields = stream.read().rpartition(')')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == 'Z' else fields[19]


def _find(record):
    known = files.read_json(record)
    if known and known['born'] and _birth(known['pid']) == known['born']:
        return _Process(known['pid'], known['born'])
    return None
