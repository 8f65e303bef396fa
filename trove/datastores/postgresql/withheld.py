# SPDX-License-Identifier: Apache-2.0
"""Parameters that no tenant may set."""

#: Commands that the engine runs, and code that it loads.
_CODE = frozenset((
    'archive_cleanup_command', 'archive_command', 'archive_library',
    'archive_mode', 'dynamic_library_path', 'extension_destdir',
    'jit_provider',
    'local_preload_libraries', 'output_plugin_libraries',
    'recovery_end_command', 'restore_command',
    'session_preload_libraries', 'shared_preload_libraries',
    'ssl_passphrase_command', 'ssl_passphrase_command_supports_reload'))

#: Files, and where the engine is found: the agent's own affair.
_PLACES = frozenset((
    'bonjour', 'bonjour_name', 'cluster_name', 'config_file',
    'data_directory', 'dynamic_shared_memory_type', 'event_source',
    'external_pid_file', 'hba_file', 'ident_file', 'include', 'include_dir',
    'include_if_exists', 'listen_addresses', 'log_destination',
    'log_directory', 'log_file_mode', 'log_filename', 'log_rotation_age',
    'log_rotation_size', 'log_truncate_on_rotation', 'logging_collector',
    'min_dynamic_shared_memory', 'port', 'promote_trigger_file',
    'shared_memory_type', 'stats_temp_directory', 'syslog_facility',
    'syslog_ident', 'syslog_sequence_numbers', 'syslog_split_messages',
    'temp_tablespaces', 'unix_socket_directories', 'unix_socket_group',
    'unix_socket_permissions', 'update_process_title'))

#: Who comes in, and as whom; the agent must not be locked out.
_ACCESS = frozenset((
    'allow_alter_system', 'allow_in_place_tablespaces',
    'allow_system_table_mods', 'db_user_namespace', 'gss_accept_delegation',
    'krb_caseins_users', 'krb_server_keyfile', 'lo_compat_privileges',
    'password_encryption', 'role', 'row_security', 'session_authorization',
    'session_replication_role', 'ssl', 'ssl_ca_file', 'ssl_cert_file',
    'ssl_ciphers', 'ssl_crl_dir', 'ssl_crl_file', 'ssl_dh_params_file',
    'ssl_ecdh_curve', 'ssl_key_file', 'ssl_max_protocol_version',
    'ssl_min_protocol_version', 'ssl_prefer_server_ciphers',
    'superuser_reserved_connections', 'event_triggers',
    # It counts while a session begins, whoever begins it: of a few
    # milliseconds nobody would get in any more.
    'transaction_timeout'))

#: With another value data is lost, or replicas and backups are.
_DATA = frozenset((
    'data_sync_retry', 'fsync', 'full_page_writes', 'hot_standby',
    'ignore_checksum_failure', 'ignore_invalid_pages',
    'ignore_system_indexes', 'max_replication_slots', 'max_wal_senders',
    'primary_conninfo', 'primary_slot_name', 'recovery_init_sync_method',
    'recovery_min_apply_delay', 'recovery_prefetch', 'recovery_target',
    'recovery_target_action', 'recovery_target_inclusive',
    'recovery_target_lsn', 'recovery_target_name', 'recovery_target_time',
    'recovery_target_timeline', 'recovery_target_xid',
    'restart_after_crash', 'summarize_wal', 'sync_replication_slots',
    'synchronized_standby_slots', 'synchronous_standby_names',
    'track_commit_timestamp', 'wal_level', 'wal_log_hints', 'wal_sync_method',
    'zero_damaged_pages'))

#: What only a transaction has.
_TRANSACTIONS = frozenset((
    'transaction_deferrable', 'transaction_isolation',
    'transaction_read_only'))

NAMES = _CODE | _PLACES | _ACCESS | _DATA | _TRANSACTIONS
