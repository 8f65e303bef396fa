# SPDX-License-Identifier: Apache-2.0
"""Options that change what the API does: all are there, with the defaults
that clients know. What each of them does is tested beside what it changes."""

import pytest

from trove.datastores.mariadb import plugin
from trove.tests.fixtures import options

DEFAULTS = {
    'bind_host': '0.0.0.0', 'bind_port': 8779, 'public_endpoint': None,
    'admin_roles': [], 'max_header_line': 16384,
    **{name + '_page_size': 20 for name in (
        'instances', 'backups', 'configurations', 'modules', 'users',
        'databases')},
    **{'http_%s_rate' % name: 200 for name in (
        'get', 'post', 'put', 'delete', 'mgmt_post')},
    'max_instances_per_tenant': 10, 'max_ram_per_tenant': -1,
    'max_volumes_per_tenant': 40, 'max_backups_per_tenant': 50,
    'max_accepted_volume_size': 10, 'default_datastore': None,
    'agent_heartbeat_expiry': 90, 'agent_call_low_timeout': 15,
    'agent_call_high_timeout': 180, 'running_backups_expires': 3,
    'storage_strategy': 'swift', 'management_networks': [],
    'reserved_network_cidrs': [], 'ip_regex': None,
    'black_list_regex': None, 'hostname_require_valid_ip': True,
    'trove_security_groups_support': True, 'trove_volume_support': True,
    'module_types': ['ping', 'new_relic_license'],
    'guest_log_container_name': 'database_logs',
    'guest_log_limit': 1000000, 'guest_log_expiry': 2592000,
}

#: Come with what they are about: backups that are taken, replicas, clusters,
#: names in DNS. An option that changes nothing would be a lie.
NOT_YET = ('verify_swift_checksum_on_restore', 'verify_replica_volume_size',
           'backup_swift_container', 'clusters_page_size',
           'trove_dns_support')

ENGINE = {'volume_support': True, 'root_on_create': False,
          'min_cluster_member_count': 3, 'even_cluster_members': False,
          'guest_log_exposed_logs': ['general', 'slow_query']}


@pytest.mark.parametrize('name', DEFAULTS)
def test_an_option_has_the_default_that_clients_know(name):
    assert options.make()[name] == DEFAULTS[name]


@pytest.mark.parametrize('name', ENGINE)
def test_an_engine_has_options_of_its_own(name):
    conf = options.make()
    plugin.MariaDB.register_opts(conf)
    assert conf.mariadb[name] == ENGINE[name]


@pytest.mark.parametrize('name', NOT_YET)
def test_no_option_pretends(name):
    assert name not in options.make()
