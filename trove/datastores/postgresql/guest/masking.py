# SPDX-License-Identifier: Apache-2.0
"""Secrets in the words of PostgreSQL: bound values are lines of their own."""

import re

from trove.datastores import statements

_ENTRY = re.compile(rb'(?:LOG|ERROR|FATAL|STATEMENT):\s', re.IGNORECASE)
_BOUND = re.compile(rb'(DETAIL:\s+parameters:)', re.IGNORECASE)
_TELLING = re.compile(rb'passw|secret|crypt\s*\(', re.IGNORECASE)
_VALUE = re.compile(rb"(\$\d+\s*=\s*)'(?:[^']|'')*'?", re.DOTALL)


class PgWords(statements.Statements):
    """What PostgreSQL says, in which values may come after the statement."""

    def mask(self, text: bytes) -> bytes:
        """The words without the secrets of statements and their values."""
        text = super().mask(text)
        return _mask_bound(text) if _BOUND.search(text) else text


def _mask_bound(text: bytes) -> bytes:
    # What an entry that began in an earlier part says is not known.
    masked, tells, bound = [], True, False
    for line in text.splitlines(keepends=True):
        if bound and line.startswith(b'\t'):
            line = b'\t***\n'
        elif _BOUND.search(line):
            bound = tells
            if tells:
                line = _VALUE.sub(rb"\1'***'", line)
        else:
            bound = False
            if _ENTRY.search(line):
                tells = bool(_TELLING.search(line))
            elif _TELLING.search(line):
                tells = True        # a statement of several lines
        masked.append(line)
    return b''.join(masked)
