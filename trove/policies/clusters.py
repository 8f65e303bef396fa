# SPDX-License-Identifier: Apache-2.0
"""cluster:* - clusters."""

from trove.policies import base

_ONE = '/clusters/{cluster_id}'


def _rule(name, description, method, path, check=base.ADMIN_OR_OWNER):
    return base.rule('cluster:' + name, check, description, method, path)


RULES = (
    _rule('create', 'Create a cluster.', 'POST', '/clusters'),
    _rule('delete', 'Delete a cluster.', 'DELETE', _ONE),
    _rule('force_delete', 'Reset the status of a cluster in order to '
          'delete it.', 'POST', _ONE + ' (reset-status)'),
    _rule('index', 'List clusters.', 'GET', '/clusters'),
    _rule('show', 'Show a cluster.', 'GET', _ONE),
    _rule('show_instance', 'Show a member of a cluster.', 'GET',
          _ONE + '/instances/{instance_id}'),
    _rule('action', 'Grow, shrink, restart or upgrade a cluster.', 'POST',
          _ONE),
    _rule('reset-status', 'Reset the status of a cluster.', 'POST',
          _ONE + ' (reset-status)', base.ADMIN),
)
