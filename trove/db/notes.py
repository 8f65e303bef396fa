# SPDX-License-Identifier: Apache-2.0
"""The notes of a journal: what is written down of a flow's atoms, as JSON."""

import datetime
import json

from taskflow import states
from taskflow.persistence import models

from trove.objects import operation as objects

_ENDED = frozenset((states.SUCCESS, states.FAILURE, states.REVERTED,
                    states.REVERT_FAILURE))


def of(atom):
    """The note of an atom."""
    return {'type': models.atom_detail_type(atom), 'detail': atom.to_dict()}


def step(note):
    """What operators want to know of an atom."""
    detail, times = note['detail'], note.get('times', {})

    def when(*at):
        known = [times[state] for state in at if state in times]
        return datetime.datetime.fromisoformat(known[0]) if known else None

    state = detail['state']
    return objects.StepState(
        name=detail['name'], state=state, intention=detail['intention'],
        began=when(states.REVERTING, states.RUNNING),
        ended=when(state) if state in _ENDED else None)


def without_progress(note):
    """A note but for its percentages, which nobody reads.

    As text: what was written must not change with what is worked on.
    """
    meta = {key: value for key, value
            in (note['detail'].get('meta') or {}).items()
            if not key.startswith('progress')}
    return dump({**note, 'detail': {**note['detail'], 'meta': meta}})


def load(note):
    """The atom of a note."""
    return models.atom_detail_class(note['type']).from_dict(
        note['detail'])


def dump(document):
    """The JSON of any record; TypeError when a step gave anything else."""
    try:
        return json.dumps(_plain(document)).encode()
    except TypeError as error:
        raise TypeError('What a step gives must be plain JSON: %s'
                        % error) from error


def _plain(value):
    """The same without the arguments of exceptions: those may be anything.
    """
    if isinstance(value, dict):
        known = 'exc_type_names' in value
        return {key: [] if known and key == 'exc_args' else _plain(inner)
                for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
