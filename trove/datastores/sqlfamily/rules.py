# SPDX-License-Identifier: Apache-2.0
"""Names and passwords that the MySQL family takes. Pure."""

import dataclasses
import re
import typing

from trove.common import exception
from trove.objects import order

DATABASE_LENGTH = 64
_DATABASE = re.compile(r'[\w-](?:[\w ?#@-]*[\w-])?')
_FORBIDDEN = '\'"`;,/\\'

#: What would let a tenant out of the engine, into others' files, or lock
#: the agent out; and what must never change once there is data.
WITHHELD = frozenset((
    'admin_address', 'admin_port', 'authentication_policy', 'basedir',
    'bind_address', 'character_sets_dir', 'container_aware', 'datadir',
    'extra_port', 'ft_stopword_file', 'general_log', 'general_log_file',
    'init_file', 'innodb_data_file_path', 'innodb_data_home_dir',
    'innodb_dedicated_server', 'innodb_directories', 'innodb_doublewrite_dir',
    'innodb_force_load_corrupted', 'innodb_force_recovery',
    'innodb_log_group_home_dir', 'innodb_page_size', 'innodb_read_only',
    'innodb_redo_log_archive_dirs', 'innodb_temp_data_file_path',
    'innodb_temp_tablespaces_dir', 'innodb_tmpdir', 'innodb_undo_directory',
    'innodb_undo_tablespaces', 'lc_messages_dir', 'log_bin', 'log_error',
    'log_output', 'lower_case_table_names', 'mandatory_roles',
    'max_session_mem_used', 'mysqlx', 'named_pipe', 'offline_mode',
    'open_files_limit', 'partial_revokes', 'persisted_globals_load',
    'pid_file', 'plugin_dir', 'plugin_load', 'plugin_load_add', 'port',
    'protocol_compression_algorithms', 'proxy_protocol_networks', 'read_only',
    'relay_log', 'require_secure_transport', 'secure_file_priv', 'server_id',
    'server_memory', 'skip_grant_tables', 'skip_networking', 'skip_ssl',
    'slow_query_log', 'slow_query_log_file', 'socket', 'ssl', 'ssl_ca',
    'ssl_capath', 'ssl_cert', 'ssl_cipher', 'ssl_crl', 'ssl_crlpath',
    'ssl_key', 'super_read_only', 'thread_handling', 'tls_ciphersuites',
    'tls_version', 'tmpdir', 'user', 'wsrep_notify_cmd', 'wsrep_provider'))

_ALIASES = {'utf8': 'utf8mb3'}
_UNICODE_SETS = frozenset(('utf8mb3', 'utf8mb4', 'ucs2', 'utf16', 'utf32'))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Collations:
    """Character sets and their collations, as an engine knows them.

    ``unicode`` are collations that go with every Unicode character set.
    """

    sets: dict[str, frozenset[str]]
    unicode: frozenset[str] = frozenset()


class BadName(exception.BadRequest):
    """The engine does not take this name."""

    template = '%(kind)s name %(name)s is not valid: %(reason)s'


class BadPassword(exception.BadRequest):
    """The engine or its clients do not take this password."""

    template = 'The password is not valid: %(reason)s'


class BadCharacterSet(exception.BadRequest):
    """No such character set or collation, or they do not fit together."""

    template = '%(reason)s'


def check_database(spec: order.DatabaseSpec, known: Collations) -> None:
    """Raise BadRequest if such a database may not be made."""
    name = spec.name
    if len(name) > DATABASE_LENGTH:
        raise BadName(kind='Database', name=name,
                      reason='at most %d characters.' % DATABASE_LENGTH)
    if not _DATABASE.fullmatch(name):
        raise BadName(
            kind='Database', name=name,
            reason='letters, digits, "_" and "-"; between them also blanks '
                   'and "?", "#", "@".')
    _no_wide(name, 'Database')
    _check_charset(spec, known)


def check_user(spec: order.UserSpec, longest: int) -> None:
    """Raise BadRequest if such a user may not be made."""
    name = spec.name
    if not 0 < len(name) <= longest:
        raise BadName(kind='User', name=name,
                      reason='1 to %d characters.' % longest)
    if name != name.strip():
        raise BadName(kind='User', name=name,
                      reason='no blank at its ends.')
    _check_letters(name, lambda reason: BadName(
        kind='User', name=name, reason=reason))
    _no_wide(name, 'User')
    if len(spec.host) > 255:
        raise BadName(kind='Host', name=spec.host,
                      reason='at most 255 characters.')
    check_password(spec.password)


def check_password(password: str) -> None:
    """Raise BadRequest if this may not be a password."""
    if not 0 < len(password) <= 255:
        raise BadPassword(reason='1 to 255 characters.')
    _check_letters(password, lambda reason: BadPassword(reason=reason))


def _check_letters(
        text: str,
        error: typing.Callable[[str], exception.BadRequest]) -> None:
    for letter in text:
        if letter in _FORBIDDEN:
            raise error('it must not contain %s.' % letter)
        if ord(letter) < 32 or ord(letter) == 127:
            raise error('it must not contain control characters.')


def _no_wide(name: str, kind: str) -> None:
    # The engine keeps names in three-byte UTF-8.
    if any(ord(letter) > 0xffff for letter in name):
        raise BadName(kind=kind, name=name,
                      reason='no characters beyond U+FFFF.')


def _check_charset(spec: order.DatabaseSpec, known: Collations) -> None:
    character_set = _plain(spec.character_set)
    if character_set is not None and character_set not in known.sets:
        raise BadCharacterSet(reason='There is no character set %s.'
                              % spec.character_set)
    collation = _plain(spec.collate)
    if collation is None:
        return
    homes: typing.AbstractSet[str] = {
        name for name, found in known.sets.items() if collation in found}
    if collation in known.unicode:
        homes = _UNICODE_SETS
    if not homes:
        raise BadCharacterSet(reason='There is no collation %s.'
                              % spec.collate)
    if character_set is not None and character_set not in homes:
        raise BadCharacterSet(
            reason='Collation %s does not go with character set %s.'
            % (spec.collate, spec.character_set))


def _plain(word: str | None) -> str | None:
    """Lower case, and without the alias of the three-byte UTF-8."""
    if word is None:
        return None
    head, line, rest = word.lower().partition('_')
    return _ALIASES.get(head, head) + line + rest
