# SPDX-License-Identifier: Apache-2.0
"""Which tests of the tempest plugin are run."""

import re

import pytest
from checks import tempest

_PLACE = 'trove_tempest_plugin.tests.scenario.'


@pytest.mark.parametrize(('name', 'run'), [
    ('test_instance_basic.TestInstanceBasicMariaDB.test_root_disable', True),
    ('test_instance_ssl.TestInstanceSSLMariaDB.test_ssl_basic', True),
    ('test_instance_ssl.TestInstanceSSLMariaDB.test_ssl_replication_mtls',
     False),
    ('test_instance_basic.TestInstanceBasicMySQL.test_root_disable', False),
    ('test_backup.TestBackupMariaDB.test_backup_full', False),
    ('test_replication.TestReplicationMariaDB.test_replication', False)])
def test_what_is_served_is_run(name, run):
    served = tempest.SERVED % tempest.SUFFIX['mariadb']
    assert bool(re.search(served, _PLACE + name)) is run
