# SPDX-License-Identifier: Apache-2.0
"""Names, passwords, encodings and collations that PostgreSQL takes. Pure."""

import re

from trove.common import exception
from trove.objects import order

#: Bytes of a name; the engine would cut off what is longer.
NAME_BYTES = 63
#: Names of roles that are no tenant's: the engine's, and the owners of
#: databases that the agent makes.
RESERVED_PREFIXES = ('pg_', 'os_db_')
_NO_ROLE = frozenset(('public', 'none'))

#: Encodings that a database may have, written as `_plain` does.
ENCODINGS = frozenset((
    'sqlascii', 'eucjp', 'euccn', 'euckr', 'euctw', 'eucjis2004', 'utf8',
    'muleinternal', 'latin1', 'latin2', 'latin3', 'latin4', 'latin5',
    'latin6', 'latin7', 'latin8', 'latin9', 'latin10', 'win1256', 'win1258',
    'win866', 'win874', 'koi8r', 'win1251', 'win1252', 'iso88595',
    'iso88596', 'iso88597', 'iso88598', 'win1250', 'win1253', 'win1254',
    'win1255', 'win1257', 'koi8u',
    # other names of some of them
    'unicode', 'iso88591', 'iso88592', 'iso88593', 'iso88594', 'iso88599',
    'iso885910', 'iso885913', 'iso885914', 'iso885915', 'iso885916', 'win',
    'koi8', 'alt', 'abc', 'tcvn', 'tcvn5712', 'vscii', 'windows866',
    'windows874', 'windows1250', 'windows1251',
    'windows1252', 'windows1253', 'windows1254', 'windows1255',
    'windows1256', 'windows1257', 'windows1258'))
_UTF8 = frozenset(('utf8', 'unicode'))

#: Collations of the C library that every image has, and the encodings that
#: go with them (None: each).
LOCALES = {'C': None, 'POSIX': None, 'C.UTF-8': _UTF8,
           'en_US.UTF-8': _UTF8}
_ICU = re.compile(r'[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*-x-icu')


class BadName(exception.BadRequest):
    """The engine does not take this name."""

    template = '%(kind)s name %(name)s is not valid: %(reason)s'


class BadPassword(exception.BadRequest):
    """The engine or its clients do not take this password."""

    template = 'The password is not valid: %(reason)s'


class BadCharacterSet(exception.BadRequest):
    """No such encoding or collation, or they do not fit together."""

    template = '%(reason)s'


def check_database(spec: order.DatabaseSpec) -> None:
    """Raise BadRequest if such a database may not be made."""
    _check_name('Database', spec.name)
    _check_charset(spec)


def check_user(spec: order.UserSpec) -> None:
    """Raise BadRequest if such a user may not be made."""
    _check_name('User', spec.name)
    if spec.name.lower().startswith(RESERVED_PREFIXES):
        raise BadName(kind='User', name=spec.name,
                      reason='%s begin names of the engine.'
                      % ' and '.join(RESERVED_PREFIXES))
    if spec.name in _NO_ROLE:
        raise BadName(kind='User', name=spec.name,
                      reason='the word has a meaning of its own.')
    if spec.host != '%':
        raise BadName(kind='Host', name=spec.host,
                      reason='a user of PostgreSQL may come from every host; '
                             'limit who may come in with the access of the '
                             'instance.')
    check_password(spec.password)


def check_password(password: str) -> None:
    """Raise BadRequest if this may not be a password."""
    if not 0 < len(password) <= 255:
        raise BadPassword(reason='1 to 255 characters.')
    if _has_control(password):
        raise BadPassword(reason='it must not contain control characters.')


def locale_of(collation: str) -> str | None:
    """The C library's locale that a tenant means; None: it is none.

    en_US.utf8 and en_US.UTF-8 are the same.
    """
    plain = _plain(collation)
    return next((name for name in LOCALES if _plain(name) == plain), None)


def icu_of(collation: str) -> str | None:
    """The locale of a collation as the engine calls those of ICU."""
    if not _ICU.fullmatch(collation):
        return None
    return collation.removesuffix('-x-icu')


def is_unicode(encoding: str | None) -> bool:
    """Whether this is UTF-8, which databases have unless asked otherwise."""
    return encoding is None or _plain(encoding) in _UTF8


def _check_name(kind: str, name: str) -> None:
    if not 0 < len(name.encode('utf-8', 'replace')) <= NAME_BYTES:
        raise BadName(kind=kind, name=name,
                      reason='1 to %d bytes of UTF-8.' % NAME_BYTES)
    if name != name.strip():
        raise BadName(kind=kind, name=name, reason='no blank at its ends.')
    if _has_control(name):
        raise BadName(kind=kind, name=name,
                      reason='no control characters.')
    if '/' in name:
        raise BadName(kind=kind, name=name,
                      reason='no "/", which parts the paths of the API.')


def _has_control(text: str) -> bool:
    # Half a surrogate pair is in JSON, but is no character.
    return any(ord(letter) < 32 or ord(letter) == 127
               or 0xd800 <= ord(letter) < 0xe000 for letter in text)


def _check_charset(spec: order.DatabaseSpec) -> None:
    encoding, collation = spec.character_set, spec.collate
    if encoding is not None and _plain(encoding) not in ENCODINGS:
        raise BadCharacterSet(reason='There is no character set %s.'
                              % encoding)
    if collation is None or icu_of(collation):
        return
    locale = locale_of(collation)
    if locale is None:
        raise BadCharacterSet(
            reason='There is no collation %s; there are %s, and those of ICU '
                   'such as de-x-icu.' % (collation, ', '.join(LOCALES)))
    fitting = LOCALES[locale]
    if fitting is not None and not is_unicode(encoding):
        raise BadCharacterSet(
            reason='Collation %s does not go with character set %s.'
            % (collation, encoding))


def _plain(word: str) -> str:
    """As the engine compares names of encodings."""
    return ''.join(letter for letter in word.lower() if letter.isalnum())
