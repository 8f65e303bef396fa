# SPDX-License-Identifier: Apache-2.0
"""What a guest can be asked, by the version that brought it.

A guest tells its version in each heartbeat and is never sent more. Versions
only grow: a method or an argument is added under a new number, and nothing
that stands here is changed or taken away while a guest may still be out
there that speaks it. Guests of `OLDEST` on are served.
"""

OLDEST = '1.0'

HISTORY = {
    '1.0': {
        'prepare': ('order',),
        'stop_db': (),
        'get_filesystem_stats': (),
        'ping': (),
    },
    '1.1': {
        'rotate_link': ('key_id', 'key', 'broker_url'),
        'start_db': (),
        'restart': (),
        'create_database': ('databases',),
        'delete_database': ('database',),
        'list_databases': ('limit', 'marker', 'include_marker'),
        'create_user': ('users',),
        'delete_user': ('user',),
        'get_user': ('username', 'hostname'),
        'list_users': ('limit', 'marker', 'include_marker'),
        'change_passwords': ('users',),
        'update_attributes': ('username', 'hostname', 'user_attrs'),
        'list_access': ('username', 'hostname'),
        'grant_access': ('username', 'hostname', 'databases'),
        'revoke_access': ('username', 'hostname', 'database'),
        'enable_root': (),
        'enable_root_with_password': ('root_password',),
        'disable_root': (),
        'is_root_enabled': (),
        'update_overrides': ('overrides',),
        'apply_overrides': ('overrides',),
        'get_hwinfo': (),
        'get_diagnostics': (),
        'get_filesystem_stats': ('fs_path',),
    },
    '1.2': {
        'resize_fs': ('size_gb',),
        'start_db_with_conf_changes': ('config',),
    },
    '1.3': {
        'prepare': ('tls',),
        'ssl_action': ('mode', 'bundle'),
        'module_list': (),
        'module_apply': ('modules',),
        'module_remove': ('module',),
        'guest_log_list': ('account',),
        'guest_log_action': ('log_name', 'enable', 'disable', 'discard',
                             'publish', 'account', 'wait_s'),
    },
    '1.4': {
        'prepare': ('adopt',),
        'upgrade_check': ('version',),
        'upgrade_leave': ('version',),
        'upgrade_undo': (),
        'upgrade_settle': (),
    },
    '1.5': {},      # takes calls again, see REPEATS
    '1.6': {
        'module_piece': ('module_id', 'number', 'text'),
    },
}

#: From this version on a guest knows a call that it is asked again by its id,
#: and answers it without doing it twice.
REPEATS = '1.5'

NEWEST = tuple(HISTORY)[-1]


def number(version):
    """Something that orders versions as numbers do: 1.10 after 1.9."""
    major, _, minor = version.partition('.')
    return int(major), int(minor or 0)


def needed(method, arguments):
    """The version that first had ``method`` with all these arguments.

    Raises LookupError for what no version has.
    """
    known = set()
    for version, methods in HISTORY.items():
        if method in methods:
            known.update(methods[method])
            if known.issuperset(arguments):
                return version
    raise LookupError('no version has %s(%s)' % (
        method, ', '.join(sorted(arguments))))
