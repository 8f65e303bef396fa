# SPDX-License-Identifier: Apache-2.0
"""Services of this machine: what one is, and systemd as their keeper.

`trove.guestkit.runner` keeps the same promises where systemd is not pid 1.
"""

import abc
import dataclasses
import enum
import glob
import os
import shlex
import signal

from trove.guestkit import deaths
from trove.guestkit import errors
from trove.guestkit import files
from trove.guestkit import shell


@enum.unique
class State(enum.StrEnum):
    """Where a unit stands."""

    RUNNING = 'running'         # its process is there
    STOPPED = 'stopped'         # nobody wants it to run
    RESTARTING = 'restarting'   # it died; it will be started again
    FAILED = 'failed'           # it died and was given up


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A service: what runs, as whom, and what happens when it dies.

    It is started again after a crash, ``restarts`` times within
    ``restart_window_s``; then it is given up. ``before`` is run as root ahead
    of each start; where it fails, nothing is started: it counts as a crash.
    ``stop_signal`` asks it to end without waiting for its clients to go.
    """

    name: str
    description: str
    argv: tuple[str, ...]
    user: str
    before: tuple[str, ...] = ()
    runtime_folders: tuple[str, ...] = ()   # made anew, owned by the user
    notifies: bool = False                  # speaks sd_notify
    open_files: int = 16384
    stop_timeout_s: int = 60
    stop_signal: signal.Signals = signal.SIGTERM
    restart_pause_s: float = 1
    restarts: int = 5
    restart_window_s: int = 120


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is known of a unit."""

    state: State
    pid: int | None = None
    restarts: int = 0
    ending: str | None = None   # how its process died, unless it runs


class Units(abc.ABC):
    """A keeper of services."""

    @abc.abstractmethod
    def start(self, unit):
        """See to it that the unit runs; does not wait until it is ready."""

    @abc.abstractmethod
    def stop(self, unit):
        """Stop the unit, by force after its time limit."""

    @abc.abstractmethod
    def kill(self, unit):
        """Stop the unit by force, at once."""

    @abc.abstractmethod
    def condition(self, unit):
        """The Condition of the unit."""

    @abc.abstractmethod
    def retire(self, names):
        """Keep packaged services of these names from running."""


_TEMPLATE = """\
# Written by the guest agent; it is written again when it differs.
[Unit]
Description={description}
StartLimitIntervalSec={restart_window_s}
StartLimitBurst={burst}

[Service]
Type={type}
{before}ExecStart={command}
User={user}
Group={user}
{runtime}LimitNOFILE={open_files}
LimitCORE=0
OOMScoreAdjust={oom_score}
TimeoutStartSec=infinity
TimeoutStopSec={stop_timeout_s}
KillSignal={stop_signal}
KillMode=mixed
Restart=on-failure
RestartSec={restart_pause_s}
"""

#: Of what runs when memory is short, the engine is to be killed: it starts
#: again by itself. Without this the kernel took the agent, and with it the
#: operation that would have helped.
_OOM_SCORE = 500
_STATES = {'active': State.RUNNING, 'reloading': State.RUNNING,
           'deactivating': State.RUNNING, 'failed': State.FAILED,
           'inactive': State.STOPPED}
#: ExecMainCode of a process that a signal ended, without and with a core.
_KILLED = ('2', '3')


class Systemd(Units):
    """Services under systemd, in unit files of our own."""

    def __init__(self, folder='/etc/systemd/system'):
        self._folder = folder
        self._kills = deaths.Kills()

    def start(self, unit):
        """Write the unit file where it differs, and ask for a start."""
        name = unit.name + '.service'
        path = os.path.join(self._folder, name)
        wanted, present = render(unit), files.read(path)
        if wanted != present:
            files.write(path, wanted, mode=0o644)
        # A name that systemd has not met is read when it is first used, and
        # cannot have failed yet: a first start is spared two questions.
        if present not in (None, wanted):
            self._ask('daemon-reload')
        if (present is not None
                and self.condition(unit).state is State.FAILED):
            self._ask('reset-failed', name)
        self._kills.note(unit.name)
        self._ask('start', '--no-block', name)

    def stop(self, unit):
        """Stop it and wait; systemd kills it after the unit's limit."""
        if files.read(os.path.join(
                self._folder, unit.name + '.service')) is None:
            return
        self._ask('stop', unit.name + '.service',
                  timeout_s=unit.stop_timeout_s + 30)

    def kill(self, unit):
        """Kill it; stopping it then keeps it from being started again."""
        if self.condition(unit).pid is not None:
            self._ask('kill', '--signal=SIGKILL', unit.name + '.service')
        self.stop(unit)

    def condition(self, unit):
        """Ask systemd."""
        out = self._ask('show', unit.name + '.service', '--property',
                        'ActiveState,SubState,MainPID,NRestarts,Job,'
                        'Result,ExecMainCode,ExecMainStatus')
        facts = dict(line.split('=', 1) for line in out.splitlines())
        state = _STATES.get(facts['ActiveState'], State.RUNNING)
        if facts['SubState'].startswith('auto-restart'):
            state = State.RESTARTING
        elif state is State.STOPPED and facts.get('Job', '0') not in ('', '0'):
            state = State.RUNNING           # its start is queued
        pid = int(facts.get('MainPID') or 0) or None
        if state is State.RUNNING:
            self._kills.note(unit.name, pid)
        return Condition(state=state, pid=pid,
                         restarts=int(facts.get('NRestarts') or 0),
                         ending=self._ending(unit, state, facts))

    def _ending(self, unit, state, facts):
        if state is State.RUNNING:
            return None
        if facts.get('Result') == 'oom-kill':
            return deaths.FOR_MEMORY
        status = int(facts.get('ExecMainStatus') or 0)
        if facts.get('ExecMainCode') not in _KILLED:
            return deaths.by_code(status)
        if status == signal.SIGKILL and self._kills.since(unit.name):
            return deaths.FOR_MEMORY
        return deaths.by_signal(status)

    def retire(self, names):
        """Stop and disable packaged services that start on boot."""
        for name in names:
            if glob.glob(os.path.join(self._folder, '*.wants',
                                      name + '.service')):
                self._ask('disable', '--now', name + '.service',
                          timeout_s=120)

    @staticmethod
    def _ask(*words, timeout_s=60):
        try:
            return shell.run(['systemctl', *words],
                             timeout_s=timeout_s).stdout
        except errors.CommandFailed as error:
            raise errors.UnitFailed(unit=words[-1],
                                    reason=error.message) from error


def render(unit):
    """The unit file of a unit."""
    runtime = ''
    if unit.runtime_folders:
        runtime = 'RuntimeDirectory=%s\nRuntimeDirectoryMode=0755\n' % (
            ' '.join(os.path.basename(path)
                     for path in unit.runtime_folders))
    before = ''
    if unit.before:
        before = 'ExecStartPre=+%s\n' % _command(unit.before)
    return _TEMPLATE.format(
        before=before,
        description=unit.description, command=_command(unit.argv),
        type='notify' if unit.notifies else 'exec', user=unit.user,
        runtime=runtime, open_files=unit.open_files,
        stop_timeout_s=unit.stop_timeout_s,
        stop_signal=unit.stop_signal.name,
        restart_pause_s=unit.restart_pause_s,
        oom_score=_OOM_SCORE, burst=unit.restarts + 1,
        restart_window_s=unit.restart_window_s)


def _command(argv):
    # systemd reads shell-like quotes, and "%" and "$" as its own.
    return ' '.join(shlex.quote(word).replace('%', '%%').replace('$', '$$')
                    for word in argv)


def systemd_is_init(path='/run/systemd/system'):
    """Whether systemd is pid 1 here (its own documented test)."""
    return os.path.isdir(path)
