# SPDX-License-Identifier: Apache-2.0
"""Operations: look at them, and steer those that need it."""

import json

from trove.cmd.manage import text
from trove.db import journal
from trove.objects.operation import State

_ID = {'help': 'id of the operation'}


def register(command):
    """Add the commands of this noun."""
    command(operation_list,
            instance={'option': True, 'metavar': 'ID',
                      'help': 'only those of this instance'},
            state={'option': True, 'choices': [str(one) for one in State],
                   'help': 'only those in this state'},
            all={'option': True, 'action': 'store_true',
                 'help': 'also those that are done or undone'},
            limit={'option': True, 'type': int, 'default': 100,
                   'help': 'at most so many (default: 100)'})
    for act in (operation_show, operation_resume, operation_cancel,
                operation_revert):
        command(act, operation=_ID)


def operation_list(desk, asked):
    """List unfinished and failed operations, newest first."""
    states = [one for one in State
              if asked.all or one not in (State.DONE, State.UNDONE)]
    if asked.state:
        states = [State(asked.state)]
    with desk.sealed_db.reader() as tx:
        found = tx.operations.list(
            instance_id=asked.instance, states=states, limit=asked.limit)
    desk.say(text.table(
        ('id', 'verb', 'instance', 'state', 'step', 'attempts', 'owner',
         'created', 'error'),
        [(one.id, one.verb, one.instance_id, _state(one), one.step,
          one.attempts, one.owner, _time(one.created), one.error)
         for one in found]))


def operation_show(desk, asked):
    """Show an operation, its steps and how far each has come. Secrets among
    its arguments are not shown."""
    with desk.sealed_db.reader() as tx:
        one = tx.operations.get(asked.operation)
        arguments = tx.operations.open_arguments(asked.operation)
    rows = [(name, getattr(one, name)) for name in (
        'id', 'verb', 'instance_id', 'project_id', 'state', 'cancel',
        'step', 'attempts', 'owner', 'fence', 'lease_until', 'not_before',
        'created', 'updated', 'finished', 'error_code', 'error')]
    rows.append(('request_id', one.context.get('request_id')))
    rows.append(('arguments', json.dumps(arguments, sort_keys=True)))
    desk.say(text.table(('field', 'value'), rows))
    steps = journal.steps(desk.sealed_db, asked.operation)
    if steps:
        desk.say('')
        desk.say(text.table(
            ('step', 'state', 'intention', 'began', 'ended'),
            [(one.name, one.state, one.intention, _time(one.began),
              _time(one.ended)) for one in steps]))


def operation_resume(desk, asked):
    """Let a failed or resting operation go on where it stopped. A
    taskmanager takes it within seconds."""
    _steer(desk, asked, 'resume')


def operation_cancel(desk, asked):
    """Ask an unfinished operation to stop and undo itself."""
    _steer(desk, asked, 'cancel')


def operation_revert(desk, asked):
    """Undo an operation, also one that has failed."""
    _steer(desk, asked, 'revert')


def _steer(desk, asked, verb):
    with desk.sealed_db.writer() as tx:
        getattr(tx.steering, verb)(asked.operation)
        now = tx.operations.get(asked.operation)
    desk.say('Operation %s is %s.' % (now.id, _state(now)))


def _state(operation):
    if operation.cancel and not operation.state.is_end:
        return '%s, to be undone' % operation.state
    return operation.state


def _time(when):
    return when and when.isoformat(' ', 'seconds')
