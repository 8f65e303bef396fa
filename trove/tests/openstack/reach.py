# SPDX-License-Identifier: Apache-2.0
"""Whether a guest comes through to RabbitMQ; if not, what stands in the way.

A guest that does not would be given up only after `usage_timeout`, with
nothing to see but its silence. Its server's console log says it at once.
"""

import re

import pytest
from openstack import exceptions as sdk_errors

from stack import broker
from stack import oscloud
from stack import site as sites
from stack.inside import tenant as tenant_module
from trove.rpc import broker_names

_BOOTS_S = 600
_LINES = 60
#: What the agent's log has of a connection that does not come about.
_IN_VAIN = re.compile(r'.*(?:Connection failed|is unreachable).*')
#: A broker that is busy for a moment is not out of reach.
_TIMES = 3


def wait(stack, owner, instance_id, status):
    """Until the instance's guest has a connection; else the test fails.

    ``status`` tells the instance's.
    """
    def ended():
        if connected(stack, instance_id):
            return 'connected'
        said = console(owner, instance_id)
        in_vain = _IN_VAIN.findall(said)
        if len(in_vain) >= _TIMES:
            return (oscloud.reachability(stack, sites.foreign(stack))
                    + f'\nIts guest says: {in_vain[-1].strip()}')
        if status() == 'ERROR':
            return ('the instance has ended in ERROR; its guest said '
                    + (said[-1000:] or 'nothing'))
        return None
    found = tenant_module.until(
        ended, _BOOTS_S, f'{instance_id}: its guest says nothing at all, '
        'neither to RabbitMQ nor in its console log', poll_s=3)
    if found != 'connected':
        pytest.fail(f'{instance_id}: {found}', pytrace=False)


def connected(stack, instance_id):
    """Whether the broker has a connection of the instance's own user."""
    user = broker_names.user(instance_id)
    return any(one.get('user') == user
               for one in broker.ask(stack, 'connections'))


def console(owner, instance_id):
    """The end of what the instance's servers have said so far."""
    said = []
    for server in owner.cloud.compute.find(instance_id):
        try:
            said.append(owner.admin.compute.get_server_console_output(
                server.id, length=_LINES)['output'])
        except (sdk_errors.NotFoundException, sdk_errors.ConflictException):
            continue        # it has none yet
    return ''.join(said)
