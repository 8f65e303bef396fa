# SPDX-License-Identifier: Apache-2.0
"""Secrets that statements of SQL set, in the words of an engine."""

import re

from trove.datastores import interfaces

#: Longer than any statement's secret; and longer than any statement is
#: searched for the end of one.
LONGEST = 4096


def _held(group: bytes, times: bytes = b'{0,%d}' % LONGEST) -> bytes:
    # Not with a "+" behind the quantifier: the Python of Debian 12 (before
    # 3.11.5) then also takes what a group took that failed in its midst.
    return rb'(?>(?:' + group + rb')' + times + rb')'


# Nothing here tries again what it has taken: a log is written by its tenant,
# who must not be able to make a search last. Single characters are held by a
# "+" after their quantifier.
_BLANK = rb'\s|/\*.{0,100}?\*/|--[^\n]{0,100}\n'
_GAP = _held(_BLANK, b'*')
#: What parts a text from one that goes on with it.
_BREAK = _held(_BLANK, b'+')
_QUOTED = _held(rb"[^'\\]|\\.|''")
#: A text as SQL has it. Its end may be missing: it was cut, or is still to
#: be written. Quotes that are doubled or escaped are those of a statement
#: that is itself a text. A quote right behind it ends that statement, and one
#: of the other kind may: neither begins a text.
_TEXT = _GAP + b'(?:' + b'|'.join((
    rb"''(?!')" + _held(rb"[^'\\]|\\.", b'{1,%d}' % LONGEST) + rb"''",
    rb"\\'" + _held(rb"[^'\\]|\\[^']") + rb"\\'",
    rb'(?:[ENBX]|U&|_\w+' + _GAP + rb")?'" + _QUOTED
    + rb"(?:'" + _held(_BREAK + rb"'" + _QUOTED + rb"'", b'*') + rb')?',
    rb'"' + _held(rb'[^"\\]|\\.|""') + rb'"?',
    rb'\$(?P<tag>\w*)\$.{0,%d}?(?:\$(?P=tag)\$|\Z)' % LONGEST,
    rb'0x[0-9A-F]++')) + b')'
#: Words that a secret follows.
_WORDS = (
    rb'IDENTIFIED' + _GAP + rb'(?:(?:VIA|WITH)' + _GAP + rb'\S{1,80}+' + _GAP
    + rb'(?:USING|AS|BY)|BY(?:' + _GAP + rb'PASSWORD)?)' + _GAP + rb'\(?',
    rb"\bREPLACE(?=[\s/]{0,80}+')",
    rb'PASSWORD' + _GAP + rb'FOR\b' + _held(
        rb'[^=;\'"`]|\'[^\'\n]{0,100}\'|"[^"\n]{0,100}"|`[^`\n]{0,100}`',
        b'{1,400}') + rb'=' + _GAP
    + rb'(?:PASSWORD' + _GAP + rb'\()?',
    # The key is the second of two, or what is hashed is the first.
    rb'CRYPT\w{0,10}+' + _GAP + rb'\((?:(?:[^()\'";]{1,100}|' + _GAP
    + rb"'[^'\n]{0,200}'" + _GAP + rb'),)?',
    rb'(?:PASSWORD|PASSWD|\bSECRET|\bAUTHENTICATION_STRING)(?:["\']'
    + _GAP + rb'[:=,]|' + _GAP + rb'(?:=>|[(=:]))?')
_FLAGS = re.IGNORECASE | re.DOTALL
_BEGIN = rb'(?P<words>' + b'|'.join(_WORDS) + rb')'
_STATEMENT = re.compile(_BEGIN + _TEXT, _FLAGS)
#: The same that ends here before, or in, its secret.
_OPEN = re.compile(_BEGIN + _GAP + rb'\Z', _FLAGS)
#: Within a connection string, and of an address.
_CONNECTION = re.compile(rb"""(PASSWORD\s*=\s*)[^\s'";,)]+""", _FLAGS)
_ADDRESS = re.compile(rb"""(://[^\s:/@'"]*:)[^\s@'"/]+(@)""")


class Statements(interfaces.Words):
    """The words of an engine that is spoken to in SQL."""

    longest = LONGEST

    def mask(self, text: bytes) -> bytes:
        """The words without the secrets that statements in them set."""
        text = _STATEMENT.sub(rb"\g<words> '***'", text)
        return _ADDRESS.sub(rb'\1***\2', _CONNECTION.sub(rb'\1***', text))

    def safe_end(self, text: bytes, end: int) -> int:
        """Where, near ``end``, ``text`` may be cut.

        There no secret is cut in two, nor from the words that tell that it
        is one. What may go on beyond the end of the text is left for later.
        """
        for found in _STATEMENT.finditer(text):
            if found.start() >= end:
                break
            if found.end() > end:
                return found.start() or found.end()
            if found.end() == len(text) and _goes_on(found[0]):
                return found.start()
        opening = _OPEN.search(text, max(0, len(text) - LONGEST))
        return min(end, opening.start()) if opening else end


def _goes_on(statement: bytes) -> bool:
    return (len(statement) < LONGEST
            and statement[-1:] not in (b"'", b'"', b'$'))
