# SPDX-License-Identifier: Apache-2.0
"""What a server of the family says of its variables -> what can be tuned.

For a new version: ``python -m trove.datastores.sqlfamily.guest.catalogue
SOCKET HELP`` asks the server behind the socket, and what it prints is kept
as ``parameters-<version>.json``. The server is a throwaway one without data,
since every variable is set to what it is, to see whether the server allows
that while it runs. HELP is a file of what the server says to ``--no-defaults
--verbose --help``: what may stand in a file.
"""

import json
import pathlib
import re
import sys
import typing

import pymysql
from pymysql import cursors

Row: typing.TypeAlias = dict[str, typing.Any]

# Not a tenant's: places of files, keys, plugins, accounts, replication, what
# the agent or the control plane decides, what can lock the agent out, and
# what must never change once there is data.
_LEFT_OUT = re.compile(r"""
    (admin|aria_log|auth|binlog|caching_sha2|debug|encrypt|enforce_gtid
     |feedback|file_key|gtid|group_replication|have|init|master|mroonga
     |mysqlx|persist|plugin|proxy|relay|replica|replicate|report|rpl|s3
     |secure|server|sha256|skip|slave|source|ssl|sync_(master|relay|source)
     |tls|wsrep|max_relay|max_binlog|session_track|performance_schema
     |standard_compliant|secondary|external|telemetry|require)_.*
    |.*_(dir|dirs|directory|directories|file|filename|path|now|abort)
    |innodb_(api_.*|data_.*|temp_.*|undo_.*|force_.*|read_only.*|page_size
     |tmpdir|fast_shutdown|monitor_.*|status_.*|use_.*|numa.*|dedicated.*
     |doublewrite.*|validate.*|encrypt.*|.*_encrypt|ft_aux.*|ft_.*_table
     |print_.*|saved.*|disallow.*|.*debug.*|snapshot_isolation
     |buffer_pool_(evict|in_core_file|load_.*|dump_now)|native_.*
     |checksum_algorithm|log_(checksums|file_mmap|file_buffering|recovery.*
     |write_ahead_size)|instant_alter.*|redo_log_archive.*|segment_.*
     |rollback_segments|directories|default_encryption.*|.*stats_modified.*)
    |log_(?!queries_not_using|slow_(admin|extra|verbosity|rate|min
     |disabled|filter|max_warn|always)|throttle).*
    |log_slow_query.*
    |(activate|mandatory).*roles.*|basedir|bind_address|big_tables
    |check_proxy_users|container_aware|core_file|create_admin.*|datadir
    |disabled_storage.*|default_table_encryption|extra_.*|general_log
    |gdb|hostname|ignore_.*|keep_files.*|large_.*|lc_messages|locked_in.*
    |lower_case.*|mandatory.*|myisam_recover.*|myisam_mmap.*|ndb.*|new
    |named_pipe|offline_mode|old|old_passwords|open_files_limit
    |partial_revokes|password_.*|pid_file|port|protocol.*|read_only
    |redirect_url|safe.*|slow_query_log|socket|strict_password.*
    |super_read_only|table_encryption.*|terminology.*|thread_handling
    |thread_pool.*|thread_stack|tmpdir|tmp_disk.*|unix_socket.*|version.*
    |.*identified_with.*|sql_log.*|note_verbosity|disconnect_on.*
    |profiling.*|pseudo.*|rand_seed.*|last_.*|allow_suspicious.*
    |use_stat_tables|userstat|connection_memory.*|global_connection.*
    |optimizer_trace.*|explain_.*|show_create.*|print_.*|debug.*
    |auto_generate.*|authentication.*|persisted.*|license|keyring.*
    |sql_(replica|slave)_skip.*
    |aria_(block|recover|encrypt|force)_.*|datetime_format|date_format
    |time_format|innodb_(linux_aio|fatal.*|max_purge_lag_wait|.*_in_core.*
     |log_file_write.*|immediate.*|buf_dump.*)|max_(password|session)_.*
    |metadata_locks.*|myisam_block_size|mysql56.*
    |replication_.*|show_gipk.*|enable_secondary.*|enable_cascade.*
    |innodb_change_buffer.*|myisam_data_pointer.*|.*time_zone
    """, re.VERBOSE)
# MariaDB takes them from files and does not say so.
_SILENT = ('autocommit', 'character_set_filesystem', 'character_set_server',
           'collation_server', 'default_storage_engine')
_KEPT = ('sync_binlog', 'performance_schema', 'init_connect',
         'innodb_print_all_deadlocks')
# Clients have always been told that these are numbers.
_SWITCHES = ('autocommit', 'innodb_file_per_table', 'local_infile')
# Clients have always been told that these need a restart; what a server does
# to change them while it runs goes on after it has answered.
_AT_START = ('innodb_buffer_pool_size', 'innodb_log_file_size')


def offered(server: pymysql.Connection, words: str) -> list[Row]:
    """Parameters, as they are loaded, of a server and its help's words."""
    known = _in_files(words)
    with server.cursor() as cursor:
        mariadb = 'MariaDB' in server.get_server_info()
        return [_order(row, not _dynamic(cursor, row['name']))
                for row in (_mariadb(cursor) if mariadb else _mysql(cursor))
                if row['name'] in known and _is_offered(row['name'])]


def _order(row: Row, restart: bool) -> Row:
    """A row with its fields as the files have them."""
    return {'name': row.pop('name'), 'type': row.pop('type'),
            'restart_required': restart, **row}


def _is_offered(name: str) -> bool:
    return name in _KEPT or not _LEFT_OUT.fullmatch(name)


def _in_files(words: str) -> set[str]:
    table = words[words.index('\nVariables (--variable-name=value)'):]
    return {line.split()[0].replace('-', '_')
            for line in table.splitlines() if line.strip()}


def _mysql(cursor: cursors.Cursor) -> list[Row]:
    cursor.execute(
        'SELECT variable_name, data_type, min_value, max_value FROM '
        "performance_schema.variables_metadata WHERE variable_scope <> "
        "'SESSION_ONLY' ORDER BY variable_name")
    kinds = {'Integer': 'integer', 'Numeric': 'float', 'Boolean': 'boolean'}
    return [_row(name, kinds.get(kind, 'string'), least, most)
            for name, kind, least, most in cursor.fetchall()]


def _mariadb(cursor: cursors.Cursor) -> list[Row]:
    cursor.execute(
        'SELECT lower(variable_name), variable_type, numeric_min_value, '
        'numeric_max_value FROM information_schema.system_variables WHERE '
        "variable_scope <> 'SESSION ONLY' AND (command_line_argument IS "
        'NOT NULL OR lower(variable_name) IN %s) ORDER BY variable_name',
        [_SILENT])
    kinds = {'DOUBLE': 'float', 'BOOLEAN': 'boolean'}
    return [_row(name, 'integer' if 'INT' in kind
                 else kinds.get(kind, 'string'), least, most)
            for name, kind, least, most in cursor.fetchall()]


def _row(name: str, kind: str, least: typing.Any, most: typing.Any) -> Row:
    if name in _SWITCHES:
        return {'name': name, 'type': 'integer', 'min': 0, 'max': 1}
    if kind not in ('integer', 'float') or not least or not most:
        return {'name': name, 'type': kind}
    number = int if kind == 'integer' else float
    return {'name': name, 'type': kind, 'min': number(least),
            'max': number(most)}


def _dynamic(cursor: cursors.Cursor, name: str) -> bool:
    if name in _AT_START:
        return False
    try:
        cursor.execute('SET GLOBAL %s = @@GLOBAL.%s' % (name, name))
    except pymysql.Error:
        return False
    return True


def _main(path: str, words: str) -> None:
    with pymysql.connect(unix_socket=path, user='root',
                         ssl_disabled=True) as server:
        json.dump({'configuration-parameters': offered(
            server, pathlib.Path(words).read_text('utf-8'))},
            sys.stdout, indent=2)
    sys.stdout.write('\n')


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    _main(*sys.argv[1:])
