# SPDX-License-Identifier: Apache-2.0
"""Bodies that come in chunks, for the threaded server."""

from trove.common import exception

#: Longest line between chunks that is read: a size in hex, extensions.
_LINE = 256
_PIECE = 64 * 1024


class Chunks:
    """The body of a request in chunks (RFC 9112, 7.1), read piece by piece.

    cheroot's own takes a chunk whole, however large it says it is, and puts
    small ones together at the cost of their number's square: one request
    took as much memory, or as much time, as its sender liked.
    """

    def __init__(self, stream):
        self._stream = stream
        self._left = 0
        #: Whether all of it was read.
        self.ended = False

    def read(self, size=None):
        """At most this many bytes, or all; fewer only at the end."""
        pieces = []
        missing = float('inf') if size is None or size < 0 else size
        while missing and not self.ended:
            if not self._left:
                self._begin()
                continue
            piece = self._stream.read(min(self._left, missing, _PIECE))
            if not piece:
                raise _broken('it ended early')
            pieces.append(piece)
            missing -= len(piece)
            self._left -= len(piece)
            if not self._left and self._line():
                raise _broken('a chunk is longer than its size')
        return b''.join(pieces)

    def _begin(self):
        size = self._line().partition(b';')[0].strip()
        # Not what int() takes beside digits: signs, underscores, 0x.
        if not size or size.strip(b'0123456789abcdefABCDEF'):
            raise _broken('a size is none')
        self._left = int(size, 16)
        if not self._left:
            self._skip_trailers()
            self.ended = True

    def _skip_trailers(self):
        for _ in range(_LINE):
            if not self._line():
                return
        raise _broken('there is too much after it')

    def _line(self):
        line = self._stream.readline(_LINE)
        if not line.endswith(b'\r\n'):
            raise _broken('a line has no end')
        return line[:-2]


def _broken(why):
    return exception.BadRequest('The body in chunks is broken: %s.' % why)
