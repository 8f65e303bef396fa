# SPDX-License-Identifier: Apache-2.0
"""Orphans: what nobody owns in cloud and broker."""

import sys

from trove.cmd.manage import text
from trove.common import exception
from trove.operations import clean_orphans
from trove.operations import orphans

_MINUTES = {'option': True, 'type': float, 'metavar': 'N',
            'help': 'only what nothing has changed about for so many '
                    'minutes (default: [taskmanager] orphan_minutes)'}


class Hindered(exception.Conflict):
    """Some orphans are still there."""

    template = '%(count)d could not be removed.'


def register(command):
    """Add the commands of this noun."""
    command(orphans_list, minutes=_MINUTES)
    command(orphans_clean, minutes=_MINUTES,
            unknown={'option': True, 'action': 'store_true',
                     'help': 'also what names an instance that this '
                             'database does not know: not where another '
                             'Trove uses the same project or broker, nor '
                             'after the database was restored from a '
                             'backup'},
            yes={'option': True, 'action': 'store_true',
                 'help': 'do not ask'})


def orphans_list(desk, asked):
    """List what nobody owns in Nova, Cinder, Neutron and RabbitMQ, and what
    is on record but gone. Nothing is changed. Swift is not asked: published
    logs are their tenants' own, in accounts that we cannot open."""
    _show(desk, _find(desk, asked))


def orphans_clean(desk, asked):
    """Show what nobody owns, ask, and remove it. What an unfinished
    operation may be working on is never touched."""
    sight, found = desk.sight, _find(desk, asked)
    _show(desk, found)
    reasons = (clean_orphans.FOREIGN if asked.unknown
               else clean_orphans.SHOWN)
    chosen = [one for one in found if one.reason in reasons]
    if len(chosen) < len(found):
        desk.say('%d of them stay: %s' % (
            len(found) - len(chosen), '; '.join(sorted(
                {one.reason for one in found} - reasons))))
    if not chosen or not (asked.yes or _agrees(desk, len(chosen))):
        return
    hindered = 0
    for one, hindrance in clean_orphans.clean(sight, chosen, reasons):
        desk.say('%s %s: %s' % (one.thing.kind, one.thing.external_id,
                                hindrance or 'removed'))
        hindered += bool(hindrance)
    if hindered:
        raise Hindered(count=hindered)


def _find(desk, asked):
    minutes = asked.minutes
    if minutes is None:
        minutes = desk.conf.taskmanager.orphan_minutes
    if minutes < 0:
        raise exception.BadRequest('--minutes must not be negative.')
    return orphans.find(desk.sight, minutes)


def _show(desk, found):
    if found:
        desk.say(text.table(
            ('kind', 'id', 'instance', 'made', 'why'),
            [(one.thing.kind, one.thing.external_id, one.thing.instance_id,
              one.thing.created
              and one.thing.created.isoformat(' ', 'seconds'), one.reason)
             for one in found]))
    desk.say('Swift is not asked: nothing there is Trove\'s.')
    desk.say('%d orphans' % len(found))


def _agrees(desk, count):
    desk.say('Remove %d? Type "yes":' % count)
    return sys.stdin.readline().strip() == 'yes'
