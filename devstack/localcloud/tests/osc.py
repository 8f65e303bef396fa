# SPDX-License-Identifier: Apache-2.0
"""``openstack`` commands one after another, in one process.

Each start of the command takes seconds; this one answers lines of JSON
(the words of a command) with lines of JSON (status, output, errors).
"""
import contextlib
import io
import json
import sys

from openstackclient import shell


def main():
    """Until there are no more commands."""
    answers = sys.stdout
    for line in sys.stdin:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = shell.main(json.loads(line))
        print(json.dumps([status, out.getvalue(), err.getvalue()]),
              file=answers, flush=True)


if __name__ == '__main__':
    main()
