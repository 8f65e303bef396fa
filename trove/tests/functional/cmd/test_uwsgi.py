# SPDX-License-Identifier: Apache-2.0
"""The API under a real uWSGI, with the configuration that we ship.

A request is held in the middle by a Keystone that does not answer, so that
it is in hand when the signal comes.
"""

import contextlib
import http.server
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent import futures

import pytest

from trove.common import waiting
from trove.tests.functional.cmd import test_wsgi

conf = test_wsgi.conf

_INI = pathlib.Path(__file__).parents[4] / 'etc' / 'trove' / 'uwsgi.ini'
_EAGER = """
import sys
from trove.cmd import wsgi
print([name for name in sys.modules if name.startswith('eventlet')
       and sys.modules[name]])
"""


class Keystone(http.server.ThreadingHTTPServer):
    """Answers nobody until it is told to, and then with a refusal."""

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Refusal)
        self.asked = threading.Event()
        self.answering = threading.Event()


class _Refusal(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.set()
        self.server.answering.wait(60)
        self.send_error(404)

    do_POST = do_GET

    def log_message(self, *what):
        """Say nothing."""


@pytest.fixture
def keystone():
    server = Keystone()
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.answering.set()
    server.shutdown()
    serving.join()
    server.server_close()


class Service:
    """uWSGI with two workers of our own configuration."""

    def __init__(self, conf):
        with socket.create_server(('127.0.0.1', 0)) as found:
            place = '127.0.0.1:%d' % found.getsockname()[1]
        self.url = 'http://' + place
        text = _INI.read_text().replace('/opt/trove', sys.prefix).replace(
            '127.0.0.1:8779', place)
        ini = conf.parent / 'uwsgi.ini'
        ini.write_text(re.sub('processes = .*', 'processes = 2', text))
        self.log = conf.parent / 'uwsgi.log'
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen(
                [os.path.join(sys.prefix, 'bin', 'uwsgi'), '--ini', ini],
                stdout=log, stderr=log, env={
                    **os.environ, 'PYTHONPATH': os.getcwd(),
                    'TROVE_CONFIG_FILES': str(conf),
                    # Nothing that the environment says makes it green.
                    'TROVE_BACKEND': 'eventlet'})

    def loaded(self):
        """How many workers have come up so far."""
        return self.log.read_text().count('WSGI app 0 (mountpoint=')

    def get(self, path, **headers):
        """The status of the answer."""
        asked = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=90) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


@pytest.fixture
def service(conf, keystone):
    conf.write_text(conf.read_text().replace(
        'http://127.0.0.1:9/', 'http://127.0.0.1:%d/'
        % keystone.server_address[1]))
    made = Service(conf)
    try:
        waiting.until(lambda: made.loaded() == 2, 90, 'two workers')
        yield made
    finally:
        made.close()


@pytest.fixture
def held(service, keystone):
    """The answer to come of a request that is being worked on."""
    with futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(service.get, '/v1.0/p/instances',
                            **{'X-Auth-Token': 'token'})
        assert keystone.asked.wait(30)
        yield asked
        keystone.answering.set()


def test_it_serves_and_answers_what_it_has_in_hand_before_it_ends(
        service, keystone, held):
    assert service.get('/') == 200
    assert service.get('/v1.0/p/instances') == 401
    service.process.send_signal(signal.SIGTERM)
    waiting.until(lambda: 'graceful shutdown' in service.log.read_text(), 10,
                  'the signal to be heard')
    assert not held.done()
    keystone.answering.set()
    assert held.result(60) in (401, 503)
    assert service.process.wait(30) == 0


def test_a_reload_answers_what_it_has_in_hand(service, keystone, held):
    service.process.send_signal(signal.SIGHUP)
    waiting.until(lambda: 'gracefully killing' in service.log.read_text(),
                  10, 'the signal to be heard')
    assert not held.done()
    keystone.answering.set()
    assert held.result(60) in (401, 503)
    waiting.until(lambda: service.loaded() == 4, 90, 'two more workers')
    assert service.get('/') == 200
    assert service.process.poll() is None


def test_nothing_of_eventlet_is_loaded_though_it_is_installed(conf):
    done = test_wsgi.run(_EAGER, TROVE_CONFIG_FILES=str(conf),
                         TROVE_BACKEND='eventlet')
    assert done.stdout.splitlines()[-1] == '[]', done.stderr
