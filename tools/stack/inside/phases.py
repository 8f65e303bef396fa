# SPDX-License-Identifier: Apache-2.0
"""Where the time of a create goes: in the taskmanager, and in the guest."""

import json
import re
import subprocess

STEP = re.compile(r'instance (\S+): (\S+) took ([0-9.]+) s')
GUEST_BEGIN = re.compile(r'preparing \S+ \S+ for operation')
GUEST_STEP = re.compile(r'operation \S+: (\w+) done')
UNIT = 'trove-guestagent.service'


def of_taskmanager(log_text, instance_id):
    """[(step, seconds)] that the taskmanager's log tells of an instance."""
    return [(step, float(seconds))
            for found, step, seconds in STEP.findall(log_text)
            if found == instance_id]


def of_guest(rows):
    """[(step, seconds)] out of the agent's journal.

    ``rows`` are (seconds since whenever, message). The agent says when it
    begins and when each step is done.
    """
    steps, last = [], None
    for when, message in rows:
        found = GUEST_STEP.search(message)
        if GUEST_BEGIN.search(message):
            last = when
        elif found and last is not None:
            steps.append((found.group(1), when - last))
            last = when
    return steps


def guest_journal(pid):
    """(seconds, message) rows of the agent that is process ``pid``.

    Read from the outside, through the root directory of its machine.
    """
    done = subprocess.run(
        ['journalctl', f'--directory=/proc/{pid}/root/run/log/journal',
         '--output=json', f'--unit={UNIT}'],
        capture_output=True, text=True, check=True)
    rows = (json.loads(row) for row in done.stdout.splitlines())
    return [(int(row['__MONOTONIC_TIMESTAMP']) / 1e6, str(row['MESSAGE']))
            for row in rows]
