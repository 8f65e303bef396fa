# SPDX-License-Identifier: Apache-2.0
"""Parsing bodies that may be hostile."""

import pytest

from trove.api import jsonbody
from trove.common import exception


@pytest.mark.parametrize('raw,value', [
    (b'{}', {}), (b'[1, 2.5, null]', [1, 2.5, None]),
    ('{"a": "ä\\n"}'.encode(), {'a': 'ä\n'}),
    (b'"\\ud83d\\ude00"', '\U0001f600'),
    (b'{"a": {"a": 1}}', {'a': {'a': 1}})])
def test_good(raw, value):
    assert jsonbody.parse(raw) == value


def test_a_body_is_so_deep_and_no_deeper():
    def nested(levels):
        return b'[' * levels + b']' * levels

    # The outermost counts as none.
    deepest = jsonbody.MAX_DEPTH + 1
    assert jsonbody.parse(nested(deepest))
    with pytest.raises(exception.BadRequest, match='deep'):
        jsonbody.parse(nested(deepest + 1))


@pytest.mark.parametrize('raw,word', [
    (b'{"a": 1, "a": 2}', 'twice'), (b'\xff', 'UTF-8'),
    (b'"\\u0000"', 'NUL'), (b'{"\\u0000": 1}', 'NUL'),
    (b'"\\ud800"', 'UTF-8'), (b'NaN', 'NaN'), (b'-Infinity', 'Infinity'),
    (b'1e999', 'large'), (b'1' * 41, 'large'), (b'1' * 5000, 'large'),
    (b'[' * 40 + b']' * 40, 'deep'), (b'[' * 100000, 'deep'),
    (b'{', 'Malformed'), (b'{} x', 'Malformed'), (b"{'a': 1}", 'Malformed')])
def test_bad(raw, word):
    with pytest.raises(exception.BadRequest, match=word):
        jsonbody.parse(raw)
