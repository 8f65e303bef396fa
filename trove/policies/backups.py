# SPDX-License-Identifier: Apache-2.0
"""backup:* and backup_strategy:*."""

from trove.policies import base


def _rule(name, description, method, path, check=base.ADMIN_OR_OWNER):
    return base.rule(name, check, description, method, path)


RULES = (
    _rule('backup:create', 'Create a backup.', 'POST', '/backups'),
    _rule('backup:delete', 'Delete a backup.', 'DELETE',
          '/backups/{backup_id}'),
    _rule('backup:index', 'List backups.', 'GET', '/backups'),
    _rule('backup:index:all_projects', 'List backups of other projects.',
          'GET', '/backups?all_projects', 'role:admin'),
    _rule('backup:show', 'Show a backup.', 'GET', '/backups/{backup_id}'),
    _rule('backup_strategy:create', 'Create a backup strategy.', 'POST',
          '/backup_strategies'),
    _rule('backup_strategy:index', 'List backup strategies.', 'GET',
          '/backup_strategies'),
    _rule('backup_strategy:delete', 'Delete a backup strategy.', 'DELETE',
          '/backup_strategies'),
)
