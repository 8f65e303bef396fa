# SPDX-License-Identifier: Apache-2.0
"""What processes take of memory: their proportional set size.

It counts a page that several processes share once in all, so that sizes may
be summed up.
"""

import pathlib

PROC = pathlib.Path('/proc')


def pss_kb(pid, proc=PROC):
    """The PSS of one process; 0 when it has ended meanwhile."""
    try:
        text = (proc / str(pid) / 'smaps_rollup').read_text(encoding='ascii')
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for row in text.splitlines():
        if row.startswith('Pss:'):
            return int(row.split()[1])
    return 0


def family(pid, proc=PROC):
    """A process and all that descend from it."""
    parents = {child: parent for child, parent in _parents(proc)}
    found = [pid]
    for one in found:   # grows while it is read
        found += [child for child, parent in parents.items()
                  if parent == one]
    return found


def guests(prefix, program, proc=PROC):
    """Process ids of a program in the machines of the cloud ``prefix``."""
    found = []
    for place in proc.glob('[0-9]*'):
        try:
            groups = (place / 'cgroup').read_text(encoding='utf-8')
            words = (place / 'cmdline').read_bytes().split(b'\0')
        except (FileNotFoundError, ProcessLookupError):
            continue
        if (f'/{prefix}_cloud/' in groups
                and any(word.rpartition(b'/')[2] == program.encode()
                        for word in words[:2])):
            found.append(int(place.name))
    return sorted(found)


def _parents(proc):
    for place in proc.glob('[0-9]*'):
        try:
            stat = (place / 'stat').read_text(encoding='utf-8')
        except (FileNotFoundError, ProcessLookupError):
            continue
        # The name, in brackets, may hold blanks and brackets itself.
        yield int(place.name), int(stat.rpartition(')')[2].split()[1])
