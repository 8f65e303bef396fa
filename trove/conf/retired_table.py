# SPDX-License-Identifier: Apache-2.0
"""The table of `trove.conf.retired`: data alone."""

import dataclasses

#: The group of each datastore that is installed.
DATASTORES = ('<datastore>',)
#: Groups of datastores of older releases, as far as they are not installed.
ABSENT = tuple('pxc redis cassandra mongodb couchdb couchbase vertica '
               'db2'.split())
MAIN = ('DEFAULT',)

REPLACED, NEEDLESS, MISSING = 'replaced', 'not needed', 'missing'


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """Options of the same fate; a name may be a pattern."""

    names: tuple[str, ...]
    fate: str
    sentence: str
    groups: tuple[str, ...] = MAIN
    guards: bool = False


def _row(names, fate, sentence, groups=MAIN, guards=False):
    return Row(tuple(names.split()), fate, sentence, groups, guards)


ROWS = (
    # Security first: who set these relied on them.
    _row('nova_api_insecure cinder_api_insecure neutron_api_insecure '
         'swift_api_insecure glance_api_insecure', REPLACED,
         'certificates of the cloud\'s services are verified; name your own '
         'authority in [service_credentials] cafile, or give up verifying '
         'all of them with [service_credentials] insecure.', guards=True),
    _row('network_isolation', MISSING,
         'an engine runs in the network of its server, which has an address '
         'in the tenant\'s network. Its security group lets in the ports of '
         'the engine alone: keep trove_security_groups_support on.',
         ('network',), guards=True),
    _row('enable_secure_rpc_messaging', NEEDLESS,
         'messages from and to guests are always sealed.'),
    _row('taskmanager_rpc_encr_key inst_rpc_key_encr_key '
         'module_aes_cbc_key', REPLACED,
         'keys are in the keyring that [secrets] keys_file names; what older '
         'releases have sealed with this key cannot be opened.'),
    _row('instance_rpc_encr_key', NEEDLESS,
         'the control plane hands each guest its key.'),
    _row('root_grant root_grant_option', MISSING,
         'what the root user of a tenant may do is fixed for each engine.',
         guards=True),
    _row('root_grant root_grant_option', MISSING,
         'what the root user of a tenant may do is fixed for each engine.',
         DATASTORES, guards=True),
    _row('backup_use_openssl_encryption backup_aes_cbc_key', MISSING,
         'there are no backups yet; those of older releases cannot be '
         'restored.', guards=True),
    _row('verify_swift_checksum_on_restore', MISSING,
         'there are no backups yet.', guards=True),

    _row('api_paste_config', NEEDLESS,
         'the pipeline of the API is fixed; its parts have options.'),
    _row('expected_filetype_suffixes', NEEDLESS,
         'ids are taken as they are.'),
    _row('region', REPLACED,
         '[service_credentials] region_name is told in events.'),
    _row('glance_client_version', NEEDLESS, 'Glance is spoken to in v2.'),
    _row('trove_url trove_service_type trove_endpoint_type', MISSING,
         'other regions are not asked.'),
    _row('remote_*_client network_driver', NEEDLESS,
         'clients of the cloud cannot be exchanged.'),
    _row('taskmanager_manager conductor_manager quota_driver '
         'exists_notification_transformer', NEEDLESS,
         'this part cannot be exchanged.'),
    _row('trove_conductor_workers', REPLACED,
         'each trove-conductor is one process; start more of them, on one '
         'machine or several.'),
    _row('update_status_on_fail', NEEDLESS,
         'an instance that fails always says so.'),
    _row('restore_usage_timeout', MISSING,
         'nothing is restored yet; usage_timeout is for new guests.'),
    _row('clusters_page_size cluster_usage_timeout '
         'cluster_delete_time_out', MISSING,
         'there are no clusters yet.'),
    _row('usage_timeout', REPLACED, '[DEFAULT] usage_timeout is for all.',
         DATASTORES),
    _row('usage_sleep_time', NEEDLESS,
         'guests report; how often the cloud is asked is fixed.'),
    _row('agent_heartbeat_time', NEEDLESS,
         'report_interval and agent_heartbeat_expiry do it.'),
    _row('agent_replication_snapshot_timeout replica_snapshot_driver '
         'verify_replica_volume_size', MISSING,
         'there is no replication yet.'),
    _row('volume_rootdisk_support volume_rootdisk_size', MISSING,
         'servers boot from the disk of their flavor.'),
    _row('online_volume_resize', NEEDLESS,
         'a volume always grows while the engine runs.'),
    _row('device_path', REPLACED,
         'device_path in the group of each datastore.'),
    _row('block_device_mapping', NEEDLESS,
         'guests find the volume by its serial number, else at device_path '
         'in the group of the datastore.'),
    _row('volume_fstype format_options mount_options', MISSING,
         'a data volume is XFS, mounted with noatime.'),
    _row('volume_format_timeout', MISSING, 'it is fixed at 120 seconds.'),
    _row('num_tries', REPLACED,
         'guest_volume_wait says for how long a guest looks for its '
         'volume.'),
    _row('network_label_regex', REPLACED,
         'ip_regex and black_list_regex say which addresses are shown.'),
    _row('enable_access_check', MISSING,
         'a public instance in a network that cannot be reached fails when '
         'it is built.', ('network',)),
    _row('guest_config guest_info injected_config_*', NEEDLESS,
         'the control plane writes what a guest must know out of its own '
         'options; options of [guest_link] say how the broker is reached.'),
    _row('cloudinit_location', MISSING,
         'what each server must have belongs into its image.'),
    _row('template_path', MISSING,
         'base configurations come with the release; configuration groups '
         'change them.'),
    _row('datastore_registry_ext', REPLACED,
         'drivers are found as entry points of installed packages.'),
    _row('controller_address docker_bridge_network_ip '
         'docker_insecure_registries', NEEDLESS,
         'engines are packages in the image; there are no containers.'),
    _row('*', NEEDLESS,
         'engines are packages in the image; there are no containers.',
         ('guest_agent',)),
    _row('docker_image backup_docker_image', NEEDLESS,
         'engines are packages in the image; there are no containers.',
         DATASTORES),
    _row('database_service_uid', NEEDLESS,
         'the engine runs as the user of its package.'),
    _row('database_service_uid database_service_gid database_service_uname',
         NEEDLESS, 'the engine runs as the user of its package.',
         DATASTORES),
    _row('command_process_timeout', NEEDLESS,
         'each command in a guest has its own time limit.'),
    _row('state_change_wait_time state_change_poll_time '
         'state_healthy_counts', REPLACED,
         'start_timeout and stop_timeout in the group of each datastore.'),
    _row('backup_swift_container backup_chunk_size '
         'backup_segment_max_size backup_runner backup_runner_options '
         'backup_use_gzip_compression storage_namespace', MISSING,
         'there are no backups yet.'),
    _row('backup_strategy', MISSING, 'there are no backups yet.',
         DATASTORES),
    _row('replication_strategy replication_namespace', MISSING,
         'there is no replication yet.', DATASTORES),
    _row('cluster_support enable_clean_wal_archives wal_archive_location',
         MISSING, 'there are neither clusters nor backups yet.',
         DATASTORES),
    _row('postgresql_port', MISSING, 'the port is 5432.', DATASTORES),
    _row('root_controller', NEEDLESS,
         'each engine brings its own root user.', DATASTORES),
    _row('icmp', MISSING, 'security groups let in ports alone.',
         DATASTORES),
    _row('guest_log_long_query_time', REPLACED,
         'long_query_time is a parameter of configuration groups.',
         DATASTORES),
    _row('trove_dns_support dns_*', MISSING,
         'instances get no names; clients connect to addresses.'),
    _row('sql_query_logging', NEEDLESS,
         'statements may hold secrets and are not logged.'),
    _row('*', NEEDLESS,
         'each guest tells which version it speaks and is never sent more.',
         ('upgrade_levels',)),
    _row('*', NEEDLESS, 'addresses are facts in the database.',
         ('instance_ports_cache',)),
    _row('*', MISSING, 'there is no tracing by osprofiler.',
         ('profiler',)),
    _row('*', MISSING, 'this release has no such datastore.', ABSENT),
)
