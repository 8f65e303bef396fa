# SPDX-License-Identifier: Apache-2.0
"""What the agent has promised and how far it has come, on the root disk.

The order itself, which holds passwords, is kept apart (mode 0600) and only
until it is done; what stays has no secret in it.
"""

import dataclasses
import json
import os

from trove.guestkit import files
from trove.objects import order

WAITING = 'waiting'
PREPARING = 'preparing'
READY = 'ready'
FAILED = 'failed'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the preparation of this server stands.

    ``facts`` are what steps found out and later ones, or later starts of
    the agent, need: the order without its secrets, the volume's UUID.
    """

    phase: str = WAITING
    operation_id: str | None = None
    done: tuple[str, ...] = ()
    error: str | None = None
    stopped: bool = False
    facts: dict = dataclasses.field(default_factory=dict)


class Journal:
    """Progress and order, in files below ``folder``.

    Steps are appended to a log that is not forced to the disk: a machine
    that loses its power runs the last ones again, which is harmless, and a
    tenant waits for eight syncs less.
    """

    def __init__(self, folder):
        files.folder(folder, 0o700)
        self._state = os.path.join(folder, 'state.json')
        self._order = os.path.join(folder, 'order.json')
        self._steps = os.path.join(folder, 'steps.jsonl')
        kept = files.read_json(self._state) or {}
        self.progress = Progress(**{**kept,
                                    'done': tuple(kept.get('done', ()))})
        for step in self._logged():
            self._add(step['step'], step['facts'])

    def accept(self, wanted):
        """Keep an order before anything is done for it."""
        files.remove(self._steps)
        files.write_json(self._order, wanted.to_dict())
        self._keep(Progress(phase=PREPARING,
                            operation_id=wanted.operation_id,
                            facts=public(wanted)))

    def order(self):
        """The order that is being worked on, or None."""
        kept = files.read_json(self._order)
        return order.Prepare.from_dict(kept) if kept else None

    def step_done(self, name, **facts):
        """Remember a step, and what it found out."""
        with open(self._steps, 'a', encoding='utf-8',
                  opener=files.private) as log:
            log.write(json.dumps({
                'operation_id': self.progress.operation_id,
                'step': name, 'facts': facts}) + '\n')
        self._add(name, facts)

    def _add(self, name, facts):
        now = self.progress
        if name not in now.done:
            self.progress = dataclasses.replace(
                now, done=now.done + (name,), facts={**now.facts, **facts})

    def _logged(self):
        for line in (files.read(self._steps) or '').splitlines():
            try:
                step = json.loads(line)
            except ValueError:
                return      # torn by a power cut: it and the rest run again
            if step['operation_id'] == self.progress.operation_id:
                yield step

    def ready(self):
        """Everything is done; the order and its secrets are forgotten."""
        self._change(phase=READY, error=None)
        files.remove(self._steps)
        files.remove(self._order)

    def failed(self, reason):
        """The order cannot be carried out; its secrets are forgotten."""
        self._change(phase=FAILED, error=reason)
        files.remove(self._order)

    def trouble(self, reason):
        """Why a ready server is not up just now; None when it is."""
        if self.progress.error != reason:
            self._change(error=reason)

    def stopped(self, wanted):
        """Whether the engine is down because somebody asked for it."""
        self._change(stopped=wanted)

    def _change(self, **facts):
        self._keep(dataclasses.replace(self.progress, **facts))

    def _keep(self, progress):
        files.write_json(self._state, dataclasses.asdict(progress))
        self.progress = progress


def public(wanted):
    """What of an order may be kept for good."""
    return {'manager': wanted.manager, 'version': wanted.version,
            'memory_mb': wanted.memory_mb,
            'volume_serial': wanted.volume_serial,
            'device_path': wanted.device_path,
            'mount_point': wanted.mount_point,
            'databases': [spec.name for spec in wanted.databases],
            'users': [spec.name for spec in wanted.users]}


def secrets(wanted):
    """The secrets of an order, to keep them out of words that leave."""
    found = [spec.password for spec in wanted.users]
    if wanted.tls and wanted.tls['bundle']:
        found.append(wanted.tls['bundle']['private_key'])
    return found + [wanted.root_password] if wanted.root_password else found
