# SPDX-License-Identifier: Apache-2.0
"""module:* - tenant modules, and the security groups of old clients."""

from trove.policies import base

_ONE = '/modules/{module_id}'


def _rule(name, description, method, path):
    return base.rule('module:' + name, base.ADMIN_OR_OWNER, description,
                     method, path)


RULES = (
    _rule('create', 'Create a module.', 'POST', '/modules'),
    _rule('delete', 'Delete a module.', 'DELETE', _ONE),
    _rule('index', 'List modules.', 'GET', '/modules'),
    _rule('show', 'Show a module.', 'GET', _ONE),
    _rule('instances', 'List the instances of a module.', 'GET',
          _ONE + '/instances'),
    _rule('update', 'Change a module.', 'PUT', _ONE),
    _rule('reapply', 'Apply a module again to its instances.', 'PUT',
          _ONE + '/instances'),
)
