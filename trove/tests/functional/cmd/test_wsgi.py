# SPDX-License-Identifier: Apache-2.0
"""trove.cmd.wsgi and trove-api as processes of their own."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from trove.common import crypto
from trove.common import waiting
from trove.db import schema
from trove.db import session

CONF = """
[DEFAULT]
bind_host = 127.0.0.1
bind_port = 0
transport_url = kombu+memory:////
[database]
connection = sqlite:///{0}/trove.sqlite
[secrets]
keys_file = {0}/keys
[service_credentials]
auth_url = http://127.0.0.1:9/v3
password = x
[keystone_authtoken]
auth_type = password
auth_url = http://127.0.0.1:9/v3
www_authenticate_uri = http://127.0.0.1:9/v3
username = trove
password = x
project_name = service
user_domain_name = Default
project_domain_name = Default
"""

_CALL = """
import sys
from werkzeug import test
from trove.cmd import wsgi
print('green' if 'oslo_service.backend._eventlet' in sys.modules
      else 'threads')
answer = test.Client(wsgi.application).get('/')
print(answer.status_code, answer.json['versions'][0]['id'])
"""


@pytest.fixture
def conf(tmp_path):
    """A configuration file beside a database that is up to date."""
    crypto.Keyring.create(str(tmp_path / 'keys'), 'first')
    db = session.Database('sqlite:///%s/trove.sqlite' % tmp_path,
                          crypto.Keyring.load(str(tmp_path / 'keys')))
    schema.upgrade(db)
    db.close()
    path = tmp_path / 'trove.conf'
    path.write_text(CONF.format(tmp_path))
    return path


def run(code, *arguments, **environ):
    """A finished Python process."""
    return subprocess.run(
        [sys.executable, '-c', code, *arguments], text=True, timeout=60,
        capture_output=True, check=False,
        env={**os.environ, 'PYTHONPATH': os.getcwd(), **environ})


@pytest.mark.parametrize('by_folder', [False, True])
def test_the_environment_names_the_configuration(conf, by_folder):
    environ = ({'TROVE_CONFIG_DIRS': str(conf.parent)} if by_folder
               else {'TROVE_CONFIG_FILES': str(conf)})
    done = run(_CALL, **environ)
    assert done.stdout.splitlines()[-1] == '200 v1.0', done.stderr
    assert done.stdout.splitlines()[-2] == 'threads'


def test_an_old_schema_is_one_sentence(conf):
    (conf.parent / 'trove.sqlite').unlink()
    done = run('from trove.cmd import api; api.main()', '--config-file',
               str(conf))
    assert done.returncode == 1
    assert 'db_sync' in done.stderr.splitlines()[-1]
    assert 'Traceback' not in done.stderr


def children(process):
    """Ids of the processes that any thread of a process has started."""
    return [child for path in pathlib.Path(
        '/proc/%d/task' % process.pid).glob('*/children')
        for child in path.read_text().split()]


@pytest.mark.parametrize('workers', [1, 3])
def test_trove_api_serves_until_it_is_told_to_stop(conf, workers):
    text = conf.read_text().replace(
        '[DEFAULT]', '[DEFAULT]\ntrove_api_workers = %d' % workers)
    conf.write_text(text)
    process = subprocess.Popen(
        [sys.executable, '-c', 'from trove.cmd import api; api.main()',
         '--config-file', str(conf), '--log-file',
         str(conf.parent / 'log')],
        env={**os.environ, 'PYTHONPATH': os.getcwd()})
    try:
        log = conf.parent / 'log'
        found = waiting.until(
            lambda: log.exists() and re.search(
                r'Listening on (http://\S+)', log.read_text()),
            60, 'the start of trove-api')
        with urllib.request.urlopen(found.group(1) + '/v1.0') as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError, match='401'):
            urllib.request.urlopen(found.group(1) + '/v1.0/x/instances')
        wanted = 0 if workers == 1 else workers
        waiting.until(lambda: len(children(process)) == wanted, 30,
                      '%d processes' % wanted)
        mine = children(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert not [child for child in mine
                    if os.path.exists('/proc/' + child)]
    finally:
        process.kill()
        process.wait()
