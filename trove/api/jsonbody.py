# SPDX-License-Identifier: Apache-2.0
"""Reading a JSON body from an untrusted hand."""

import json
import math

from trove.api import errors
from trove.common import exception

TYPES = ('', 'application/json', 'application/vnd.openstack.trove+json')
MAX_DEPTH = 32
MAX_DIGITS = 40


def read(request):
    """The parsed body of a webob request, or None when there is none."""
    try:
        # Not ``body``: webob would spool it to a file first.
        raw = request.body_file.read()
    except OSError:
        # webob's when the client has gone, the server's when it is silent.
        raise exception.BadRequest('The body ended early.') from None
    if not raw:
        return None
    content_type = (request.content_type or '').lower()
    if content_type not in TYPES:
        raise errors.MediaType(content_type=content_type)
    return parse(raw)


def parse(raw):
    """The value of a JSON text in bytes, or BadRequest that says why not."""
    try:
        text = raw.decode('utf-8')
        value = json.loads(text, object_pairs_hook=_unique, parse_int=_int,
                           parse_float=_float, parse_constant=_constant)
        _check(value, 0)
    except UnicodeError:
        raise exception.BadRequest('The body is not valid UTF-8.') from None
    except RecursionError:
        raise exception.BadRequest(_TOO_DEEP) from None
    except ValueError as error:
        raise exception.BadRequest('Malformed JSON: %s.' % error) from error
    return value


_TOO_DEEP = 'Malformed JSON: it is nested too deeply.'


def _unique(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError('a member is given twice')
    return found


def _int(digits):
    if len(digits) > MAX_DIGITS:
        raise ValueError('a number is too large')
    return int(digits)


def _float(digits):
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError('a number is too large')
    return number


def _constant(word):
    raise ValueError('%s is not JSON' % word)


def _check(value, depth):
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        if '\0' in value:
            raise ValueError('a text holds a NUL character')
        value.encode('utf-8')
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
