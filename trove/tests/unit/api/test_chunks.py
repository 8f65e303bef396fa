# SPDX-License-Identifier: Apache-2.0
"""Bodies in chunks, also those of somebody who means harm."""

import io

import pytest

from trove.api import chunks
from trove.common import exception


def body(raw):
    """A body of these bytes, with another request behind."""
    return chunks.Chunks(io.BytesIO(raw + b'GET /'))


@pytest.mark.parametrize(('raw', 'text'), [
    (b'0\r\n\r\n', b''), (b'3\r\nabc\r\n0\r\n\r\n', b'abc'),
    (b'3;x="y"\r\nabc\r\n0A \r\n0123456789\r\n000\r\nX: y\r\n\r\n',
     b'abc0123456789')])
def test_good(raw, text):
    whole = body(raw)
    assert whole.read() == text
    assert whole.ended
    assert whole.read() == whole.read(5) == b''


def test_piece_by_piece():
    whole = body(b'3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n')
    assert [whole.read(2), whole.read(2), whole.read(9)] == [
        b'ab', b'cd', b'ef']
    assert whole.ended


@pytest.mark.parametrize('raw', [
    b'ZZ\r\n', b'\r\n', b'-3\r\nabc\r\n', b'+3\r\nabc\r\n', b'0x3\r\nabc\r\n',
    b'1_0\r\n', b'3\nabc\r\n', b'3\r\nabcd\r\n', b'3\r\nabc', b'3\r\n',
    b'3;' + b'x' * 999 + b'\r\nabc\r\n', b'0\r\n' + b'A: b\r\n' * 999])
def test_broken(raw):
    broken = chunks.Chunks(io.BytesIO(raw))
    with pytest.raises(exception.BadRequest, match='broken'):
        broken.read()
    assert not broken.ended


def test_no_more_is_read_than_was_asked_for():
    stream = io.BytesIO(b'ffffffffffffffff\r\n' + b'x' * 100000)
    assert chunks.Chunks(stream).read(9) == b'x' * 9
    assert stream.tell() == len('ffffffffffffffff\r\n') + 9
