# SPDX-License-Identifier: Apache-2.0
"""No service starts on a schema that is older than itself."""

import subprocess
import sys

import pytest

from trove.common import crypto
from trove.db import schema
from trove.db import session
from trove.tests.functional.cmd import test_wsgi


@pytest.mark.parametrize('service', ['api', 'taskmanager', 'conductor'])
def test_a_service_refuses_an_older_schema(service, tmp_path):
    """Exit status 1 and the one sentence, before any other service is met."""
    crypto.Keyring.create(str(tmp_path / 'keys'), 'test')
    database = session.Database(
        'sqlite:///%s' % (tmp_path / 'trove.sqlite'),
        crypto.Keyring.load(str(tmp_path / 'keys')))
    schema.upgrade(database, schema.revisions()[0])
    database.close()
    path = tmp_path / 'trove.conf'
    path.write_text(test_wsgi.CONF.format(tmp_path))
    done = subprocess.run(
        [sys.executable, '-c',
         f'from trove.cmd import {service}; {service}.main()',
         '--config-file', str(path)],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert 'trove-manage db_sync' in done.stderr
