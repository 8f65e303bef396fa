# SPDX-License-Identifier: Apache-2.0
"""limit, marker and the link to the next page."""

from urllib import parse

from trove.common import exception

#: The parameters of every list that comes in pages.
PAGED = ('limit', 'marker')


def limit(query, most):
    """The page size asked for, at most ``most``."""
    return min(_number(query, 'limit', 1) or most, most)


def offset(query):
    """A marker that is a number of rows to skip."""
    return _number(query, 'marker', 0) or 0


def marker(query):
    """A marker that is a name; None: the first page.

    Clients that follow a link as it stands, such as gophercloud, give it
    back encoded once more than those that take the marker out of it.
    """
    text = query.get('marker')
    if not text:
        return None
    return parse.unquote(text) if _is_encoded(text) else text


def _number(query, name, least):
    text = query.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10
            and int(text) >= least):
        raise exception.BadRequest(
            '%s: must be a whole number of at least %d' % (name, least))
    return int(text)


def boolean(query, name, absent=False):
    """A boolean parameter in any of the spellings clients use.

    One without a value says nothing, as if it were absent.
    """
    word = query.get(name, '').strip().lower()
    if not word:
        return absent
    if word in ('true', '1', 'yes'):
        return True
    if word in ('false', '0', 'no'):
        return False
    raise exception.BadRequest('%s: must be true or false' % name)


def links(url, query, marker):
    """The ``links`` member of a page, or nothing on the last one.

    The marker is percent-encoded twice: python-troveclient decodes it once
    and pastes it unescaped into its next URL.
    """
    if marker is None:
        return {}
    if _is_encoded(str(marker)):
        # What follows it is the same, and it cannot be taken for another.
        marker += ' '
    kept = [(name, value) for name, value in query.items()
            if name != 'marker']
    kept.append(('marker', _quote(str(marker))))
    text = '&'.join(_quote(name) + '=' + _quote(value)
                    for name, value in kept)
    return {'links': [{'rel': 'next', 'href': url + '?' + text}]}


def _is_encoded(text):
    plain = parse.unquote(text)
    return plain != text and _quote(plain) == text


def _quote(text):
    return parse.quote(text, safe='')


def cut(rows, size):
    """(rows of this page, whether more exist) of one row more than asked."""
    return rows[:size], len(rows) > size
