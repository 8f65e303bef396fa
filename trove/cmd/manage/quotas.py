# SPDX-License-Identifier: Apache-2.0
"""What projects use and may use."""

from trove.cmd.manage import text
from trove.common import exception
from trove.objects import quota
from trove.operations import quota as defaults

_PROJECT = {'help': 'id of the project'}


def register(command):
    """Add the commands of this noun."""
    command(quota_show, project=_PROJECT)
    command(quota_set, project=_PROJECT,
            resource={'choices': quota.RESOURCES},
            limit={'help': 'a number, -1 for no limit, "default" for the '
                           'default of the configuration'})
    command(quota_recount, project=_PROJECT)


def quota_show(desk, asked):
    """Show limits and usage of a project."""
    with desk.db.reader() as tx:
        usages = tx.quotas.usages(
            asked.project, defaults.defaults(desk.conf))
    desk.say(text.table(
        ('resource', 'limit', 'in use', 'reserved'),
        [(one.resource, one.limit, one.in_use, one.reserved)
         for one in usages]))


def quota_set(desk, asked):
    """Give a project a limit of its own."""
    with desk.db.writer() as tx:
        tx.quotas.set_limit(asked.project, asked.resource,
                            _limit(asked.limit))


def quota_recount(desk, asked):
    """Count what a project really has, settle what ended operations left
    open, and correct its usage."""
    with desk.db.writer() as tx:
        changes = tx.recount(asked.project)
    desk.say(text.table(
        ('resource', 'in use', 'was', 'reserved', 'was'),
        [(name, new[0], old[0], new[1], old[1])
         for name, (old, new) in changes.items()]))


def _limit(words):
    if words == 'default':
        return None
    try:
        limit = int(words)
    except ValueError:
        limit = -2
    if limit < -1:
        raise exception.BadRequest(
            'The limit must be a number, -1 or "default".')
    return limit
