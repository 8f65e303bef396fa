# SPDX-License-Identifier: Apache-2.0
"""Commands that this program runs and waits for."""

import os
import shutil
import signal
import subprocess
import time

from stack import errors
from stack import waiting

TAIL_LINES = 12
# Killed with -9, this program takes the command with it.
WITH_US = ('setpriv', '--pdeathsig', 'TERM', '--')


def run(argv, log, what, timeout_s=1800, env=None, cwd=None, stdin=None):
    """Run it with its output in the file ``log``.

    Fails with a sentence that says what was to be done, and the end of the
    output. Ctrl-C stops the command and everything it started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, 'ab', opener=_private) as stream:
        start = stream.tell()
        stream.write(f'$ {" ".join(map(str, argv))}\n'.encode())
        stream.flush()
        if not shutil.which(argv[0], path=(env or os.environ).get('PATH')):
            raise errors.StackError(
                f'{what} failed: there is no command {argv[0]}.')
        child = subprocess.Popen(   # setpriv looks the command up in env
            [*WITH_US, *argv], stdout=stream, stderr=subprocess.STDOUT,
            env=env, cwd=cwd, start_new_session=True,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL)
        code = _wait(child, timeout_s, what, stdin)
    if code != 0:
        raise errors.StackError(
            f'{what} failed ({_why(code)}); the end of {log}:\n'
            + tail(log, start))


def output(argv, what, timeout_s=60, env=None, cwd=None):
    """What the command prints; StackError with its complaint otherwise."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, env=env,
                              cwd=cwd, timeout=timeout_s, check=False,
                              stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise errors.StackError(
            f'{what} failed: there is no command {argv[0]}.') from error
    except subprocess.TimeoutExpired as error:
        raise errors.StackError(
            f'{what} took longer than {timeout_s} s.') from error
    if done.returncode != 0:
        complaint = (done.stderr.strip() or done.stdout.strip()
                     or _why(done.returncode)).splitlines()
        raise errors.StackError(f'{what} failed: {complaint[-1]}')
    return done.stdout


def tail(path, start=0, lines=TAIL_LINES):
    """The last lines of a file, indented."""
    with open(path, 'rb') as stream:
        stream.seek(start)
        text = stream.read().decode(errors='replace')
    return '\n'.join('    ' + row for row in text.splitlines()[-lines:])


def _private(path, flags):
    return os.open(path, flags, 0o600)


def _wait(child, timeout_s, what, stdin):
    try:
        if stdin:
            child.stdin.write(stdin.encode())
            child.stdin.close()
        deadline = time.monotonic() + timeout_s
        while True:
            waiting.check_stop()
            try:
                return child.wait(0.2)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    raise errors.StackError(
                        f'{what} took longer than {timeout_s} s.') from None
    except BaseException:
        _end_group(child)
        raise


def _end_group(child):
    """Stop the command with all its children; it had its own session."""
    for sign, patience_s in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        try:
            os.killpg(child.pid, sign)
            child.wait(patience_s)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _why(code):
    if code < 0:
        return f'killed by {signal.Signals(-code).name}'
    return f'exit status {code}'
