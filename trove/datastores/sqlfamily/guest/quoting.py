# SPDX-License-Identifier: Apache-2.0
"""Names inside statements.

Values travel as parameters; the driver quotes them. Names cannot, and this
is the one place that puts them into a statement.
"""


def name(text: str) -> str:
    """``text`` as a quoted name, for statements that carry parameters."""
    if not text or '\0' in text:
        raise ValueError('%r cannot be a name.' % text)
    # The driver's parameters use the percent sign.
    return '`%s`' % text.replace('`', '``').replace('%', '%%')


def grant_target(database: str) -> str:
    """A database as GRANT wants it: there, "_" and "%" are wildcards."""
    return name(as_pattern(database)) + '.*'


def as_pattern(database: str) -> str:
    """The pattern that means exactly this database, as grants store it."""
    return (database.replace('\\', '\\\\').replace('_', '\\_')
            .replace('%', '\\%'))


def from_pattern(pattern: str) -> str:
    """The database that `as_pattern` meant."""
    found, escaped = [], False
    for letter in pattern:
        if letter == '\\' and not escaped:
            escaped = True
            continue
        found.append(letter)
        escaped = False
    return ''.join(found)
