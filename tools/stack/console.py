# SPDX-License-Identifier: Apache-2.0
"""What the person sees: one line for each step, with the seconds it took."""

import contextlib
import itertools
import sys
import threading
import time

_LOCK = threading.Lock()
_RUNNING = {}


def say(text=''):
    """One line, whole, whatever other threads are saying."""
    with _LOCK:
        _clear()
        print(text, flush=True)


def line(seconds, text):
    """One line that begins with a time."""
    say(f'[{seconds:5.1f} s] {text}')


@contextlib.contextmanager
def step(text, done=None):
    """Say what is being done, and at its end how long it took.

    On a terminal the running steps are shown with a moving clock. Elsewhere
    only the closing line is printed, so that logs stay short.
    """
    key = object()
    started = time.monotonic()
    with _LOCK:
        _RUNNING[key] = (text, started)
    try:
        yield
    except BaseException:
        _forget(key)
        line(time.monotonic() - started, f'{text}: stopped')
        raise
    _forget(key)
    line(time.monotonic() - started, done or text)


def _forget(key):
    with _LOCK:
        _RUNNING.pop(key, None)


def _clear():
    if sys.stdout.isatty():
        print('\r\x1b[K', end='')


@contextlib.contextmanager
def ticker():
    """While this lasts, running steps are shown on a terminal."""
    if not sys.stdout.isatty():
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_tick, args=(over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with _LOCK:
            _clear()
            sys.stdout.flush()


def _tick(over):
    for sign in itertools.cycle('|/-\\'):
        if over.wait(0.2):
            return
        with _LOCK:
            if not _RUNNING:
                continue
            now = time.monotonic()
            shown = ', '.join(f'{text} {now - started:.0f} s'
                              for text, started in _RUNNING.values())
            print(f'\r\x1b[K{sign} {shown[:76]}', end='', flush=True)
