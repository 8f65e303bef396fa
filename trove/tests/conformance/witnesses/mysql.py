# SPDX-License-Identifier: Apache-2.0
"""MySQL, seen by PyMySQL."""

from trove.tests.conformance.witnesses import base
from trove.tests.conformance.witnesses import mysqlfamily


class Witness(mysqlfamily.SqlWitness):
    """MySQL 9.7 and newer."""

    datastore = 'mysql'
    settings = base.Settings(
        dynamic=('max_connections', 41, 43),
        at_start=('innodb_buffer_pool_size', 48 * 1024 ** 2),
        breaking={'innodb_buffer_pool_size': 1 << 50},
        dangerous=(('datadir', '/'), ('plugin_load_add', 'x'),
                   ('init_file', '/x'), ('secure_file_priv', ''),
                   ('skip_grant_tables', 1), ('socket', '/x'),
                   ('partial_revokes', False), ('mysqlx', True),
                   ('max_connections', 0)),
        memory='innodb_buffer_pool_size')
    inside = base.Inside(
        process='mysqld', config_file='/etc/mysql/trove.cnf',
        data_folder='/var/lib/mysql/data', system_log='error',
        user_log='general', user_log_path='/var/log/mysql/general*.log',
        check_config='mysqld --defaults-file=%s --user=mysql '
                     '--secure-file-priv=NULL --validate-config')
