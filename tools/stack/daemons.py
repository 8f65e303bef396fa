# SPDX-License-Identifier: Apache-2.0
"""Processes that go on when this program ends.

Each leaves a file with its line of /proc, which names its process id and its
start time, so that a recycled id is never taken for it, and never killed.
"""

import dataclasses
import os
import pathlib
import signal
import subprocess
import threading

from stack import commands
from stack import errors
from stack import files
from stack import waiting

# The process writes itself down before it becomes the daemon, so that however
# this program ends there is none that nobody knows of.
REGISTER = ('read -r stat < /proc/$$/stat && echo "$stat" >&0 && '
            'exec "$@" < /dev/null')
LOG_KEPT_BYTES = 20 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Daemon:
    """One process of a stack."""

    name: str
    settings: object
    argv: tuple = ()
    env: dict | None = None
    user: str | None = None
    cwd: str = '/'
    stop_s: float = 20
    umask: int = 0o077
    made_from: str = ''     # a fingerprint; another one asks for a restart

    @property
    def log(self):
        """Where its output goes."""
        return self.settings.logs / f'{self.name}.log'

    @property
    def _pidfile(self):
        return self.settings.state / 'run' / f'{self.name}.pid'

    @property
    def _origin(self):
        return self._pidfile.with_suffix('.made-from')

    def pid(self):
        """Its process id while it lives, else None."""
        kept = (files.read(self._pidfile) or '').strip()
        pid = kept.partition(' ')[0]
        if pid and start_time(pid) == _start_time(kept):
            return int(pid)
        return None

    def start(self):
        """Start it; nothing is done while it lives. True if started.

        One that was made from other code or configuration is replaced.
        """
        if self.fresh():
            return False
        self.stop()
        files.directory(self.settings.logs)
        files.directory(self._pidfile.parent)
        self._shorten_log()
        with (_appended(self.log) as stream,
              _emptied(self._pidfile) as pidfile):
            subprocess.Popen(
                ['/bin/sh', '-c', REGISTER, 'sh', *self.argv],
                stdin=pidfile, stdout=stream, stderr=stream, env=self.env,
                cwd=self.cwd, user=self.user, group=self.user,
                extra_groups=[] if self.user else None, umask=self.umask,
                start_new_session=True)
        waiting.until(self.pid, 10, f'{self.name} could not be started; '
                      f'its log is {self.log}.', poll_s=0.01)
        files.write(self._origin, self.made_from)
        return True

    def fresh(self):
        """Whether it lives, and was made from what is here now."""
        return bool(self.pid()) and files.read(
            self._origin) == self.made_from

    def wait_ready(self, check, timeout_s):
        """Until ``check`` is true; ends early, with its log, if it dies."""
        def ready():
            if not self.pid():
                raise errors.StackError(
                    f'{self.name} ended while it started; the end of '
                    f'{self.log}:\n' + commands.tail(self.log))
            return check()
        waiting.until(ready, timeout_s,
                      f'{self.name} did not get ready in {timeout_s} s; its '
                      f'log is {self.log}.')

    def stop(self):
        """Ask it to end, then end it. True if there was one."""
        pid = self.pid()
        if pid:
            for sign, patience_s in ((signal.SIGTERM, self.stop_s),
                                     (signal.SIGKILL, 5)):
                os.kill(pid, sign)
                if _gone(self, patience_s):
                    break
            else:
                raise errors.StackError(
                    f'{self.name} (process {pid}) does not end.')
        self._pidfile.unlink(missing_ok=True)
        return bool(pid)

    def _shorten_log(self):
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT_BYTES:
            os.replace(self.log, self.log.with_suffix('.log.1'))


def _gone(daemon, patience_s):
    """Wait without listening to Ctrl-C: a stop is finished."""
    quiet = threading.Event()
    for _ in range(int(patience_s / 0.05)):
        if not daemon.pid():
            return True
        quiet.wait(0.05)
    return False


def _appended(path):
    return os.fdopen(os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 'wb')


def _emptied(path):
    return os.fdopen(os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb')


def start_time(pid):
    """When the process began, in ticks since boot; None if it has ended."""
    try:
        return _start_time(pathlib.Path(f'/proc/{pid}/stat').read_text())
    except (FileNotFoundError, ProcessLookupError):
        return None


def _start_time(stat):
    state, *fields = stat.rpartition(')')[2].split()
    return None if state in 'ZX' else int(fields[18])
