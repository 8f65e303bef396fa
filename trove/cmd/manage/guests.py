# SPDX-License-Identifier: Apache-2.0
"""Guests: the secrets they speak with."""

from trove.common import context
from trove.operations import restore_guest_links
from trove.operations import rotate_guest_link

_OPERATOR = 'operator'


def register(command):
    """Add the commands of this noun."""
    command(guest_link_rotate,
            instance={'help': 'id of the instance whose guest changes its '
                              'key and broker user'})
    command(guest_link_restore)


def guest_link_rotate(desk, asked):
    """Give a guest a new key and broker user while its engine runs on. A
    taskmanager does it within seconds; "operation_show" tells how it went."""
    ctx = context.Context(project_id=_project(desk, asked.instance),
                          user_id=_OPERATOR, is_admin=True)
    operation_id = rotate_guest_link.rotate_guest_link(
        ctx, desk.sealed_db, asked.instance)
    desk.say('Operation %s will do it.' % operation_id)


def guest_link_restore(desk, asked):
    """Make the broker users of all guests again, with the passwords that
    they have: for a RabbitMQ that was lost with its data. Safe at any
    time."""
    count = sum(1 for _ in restore_guest_links.restore_guest_links(
        desk.links, desk.broker))
    desk.say('%d guests may log in to RabbitMQ.' % count)


def _project(desk, instance_id):
    with desk.sealed_db.reader() as tx:
        return tx.instances.get(instance_id).project_id
