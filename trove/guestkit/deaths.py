# SPDX-License-Identifier: Apache-2.0
"""How a process ended, in words; and what the kernel killed for memory."""

import os
import signal

#: What a sentence such as "the engine is down" goes on with.
FOR_MEMORY = 'killed by the kernel for lack of memory'

#: Counters of this machine's own group: of the legacy hierarchy, in a
#: container, and of the unified one.
_COUNTERS = ('memory/memory.oom_control', 'memory.events')


def by_signal(number: int) -> str:
    """Killed by one, with its name."""
    try:
        name = signal.Signals(number).name.removeprefix('SIG')
    except ValueError:
        return 'killed by signal %d' % number       # a real-time one
    return 'killed by signal %d (%s)' % (number, name)


def by_code(code: int) -> str | None:
    """Ended by itself; None where that was in good order."""
    return 'ended with code %d' % code if code else None


def memory_kills(root: str = '/sys/fs/cgroup') -> int | None:
    """How many processes the kernel killed here for lack of memory.

    It only grows; None where the kernel does not count. systemd tells of
    its own units where the hierarchy is the unified one, and nowhere else;
    the legacy one counts in a group what is directly in it, as all processes
    of a machine of the one-machine cloud are.
    """
    for name in _COUNTERS:
        try:
            with open(os.path.join(root, name), encoding='ascii') as stream:
                facts = dict(line.split() for line in stream)
        except OSError:
            continue
        if 'oom_kill' in facts:
            return int(facts['oom_kill'])
    return None


class Kills:
    """Whether the kernel killed for memory since a unit was seen running."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int | None, int | None]] = {}

    def note(self, name: str, pid: int | None = None) -> None:
        """The unit runs as this process, or is about to run.

        Of each process the first word counts: one that is being killed
        looks for a moment as if it ran.
        """
        if pid is None or self._seen.get(name, (None,))[0] != pid:
            self._seen[name] = (pid, memory_kills())

    def since(self, name: str) -> bool:
        """Whether it has since; False where that is not known."""
        before, now = self._seen.get(name, (None, None))[1], memory_kills()
        return before is not None and now is not None and now > before
