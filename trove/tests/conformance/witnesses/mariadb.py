# SPDX-License-Identifier: Apache-2.0
"""MariaDB, seen by PyMySQL."""

import dataclasses

from trove.tests.conformance.witnesses import base
from trove.tests.conformance.witnesses import mysqlfamily


class Witness(mysqlfamily.SqlWitness):
    """MariaDB 10.11 and newer."""

    datastore = 'mariadb'
    settings = base.Settings(
        dynamic=('max_connections', 41, 43),
        at_start=('innodb_buffer_pool_size', 48 * 1024 ** 2),
        breaking={'innodb_buffer_pool_size': 1 << 50},
        dangerous=(('datadir', '/'), ('plugin_load_add', 'x'),
                   ('init_file', '/x'), ('secure_file_priv', ''),
                   ('skip_grant_tables', 1), ('socket', '/x'),
                   ('max_connections', 0)),
        memory='innodb_buffer_pool_size')
    inside = base.Inside(
        process='mariadbd', config_file='/etc/mysql/trove.cnf',
        data_folder='/var/lib/mysql/data', system_log='error',
        user_log='general', user_log_path='/var/log/mysql/*general*.log',
        check_config='mariadbd --defaults-file=%s --user=mysql --verbose '
                     '--help >/dev/null')
    names = dataclasses.replace(
        mysqlfamily.SqlWitness.names, longest_user=80)
