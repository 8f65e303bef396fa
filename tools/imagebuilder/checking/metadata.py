# SPDX-License-Identifier: Apache-2.0
"""A metadata service for one request: the socket is stdin and stdout.

    python3 -m imagebuilder.checking.metadata FOLDER
"""

import pathlib
import sys

LARGEST = 8192


def answer(folder, request):
    """Return the answer to one HTTP request."""
    words = request.split(b'\r\n', 1)[0].decode('latin-1').split()
    if len(words) != 3 or words[0] != 'GET':
        return _reply('400 Bad Request')
    path = pathlib.Path(folder, words[1].lstrip('/')).resolve()
    if not (path.is_relative_to(pathlib.Path(folder).resolve())
            and path.is_file()):
        return _reply('404 Not Found')
    return _reply('200 OK', path.read_bytes())


def _reply(status, body=b''):
    head = (f'HTTP/1.0 {status}\r\nContent-Type: text/plain\r\n'
            f'Content-Length: {len(body)}\r\nConnection: close\r\n\r\n')
    return head.encode() + body


def main(folder, incoming, outgoing):
    """Read one request, write one answer."""
    request = b''
    while b'\r\n\r\n' not in request and len(request) < LARGEST:
        more = incoming.readline(LARGEST)
        if not more:
            break
        request += more
    outgoing.write(answer(folder, request))
    outgoing.flush()


if __name__ == '__main__':
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
