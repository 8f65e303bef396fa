# SPDX-License-Identifier: Apache-2.0
"""Servers of instances, as Nova shows them."""

from trove.common import exception
from trove.operations import mark_servers


class Untagged(exception.Conflict):
    """Some servers could not be tagged."""

    template = '%(count)d servers could not be tagged.'


def register(command):
    """Add the commands of this noun."""
    command(set_nova_tags,
            force={'option': True, 'action': 'store_true',
                   'help': 'also servers that bear our tag already'})


def set_nova_tags(desk, asked):
    """Tag the servers of all instances in Nova as new ones are tagged.
    Servers are looked up by these tags; those that bear them are left
    alone, so it may be run again."""
    done = hindered = 0
    for instance_id, server_id, hindrance in mark_servers.mark_servers(
            desk.db, desk.cloud.compute, asked.force):
        desk.say('Instance %s, server %s: %s' % (
            instance_id, server_id, hindrance or 'tagged'))
        done += hindrance is None
        hindered += hindrance is not None
    desk.say('%d tagged' % done)
    if hindered:
        raise Untagged(count=hindered)
