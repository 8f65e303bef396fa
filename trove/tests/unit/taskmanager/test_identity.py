# SPDX-License-Identifier: Apache-2.0
"""What a guest is given to know itself and to reach us."""

import base64
import json
import types

from oslo_config import cfg

from trove.operations import guest_links
from trove.taskmanager import identity
from trove.tests.fixtures import options

INSTANCE = types.SimpleNamespace(
    id='i-1', manager='mariadb', version_number='10.11', project_id='p-1')
SECRETS = guest_links.Secrets(key_id='k-1', key=b'\1' * 32,
                              broker_user='guest-1',
                              broker_password='pass$word')
URL = 'rabbit://guest-i-1:pass$word@192.0.2.1:5672/'


def read(text, path, *names):
    path.write_text(text)
    conf = cfg.ConfigOpts()
    conf.register_opts([cfg.StrOpt(name) for name in names])
    conf(['--config-file', str(path)])
    return [conf[name] for name in names]


def test_the_guest_reads_who_it_is(tmp_path):
    files = identity.files(options.make(), INSTANCE, SECRETS, URL)
    assert read(files['/etc/trove/conf.d/guest_info.conf'],
                tmp_path / 'a.conf', 'guest_id', 'datastore_manager',
                'datastore_version', 'tenant_id') == [
        'i-1', 'mariadb', '10.11', 'p-1']


def test_the_guest_reads_where_we_are_dollar_signs_included(tmp_path):
    files = identity.files(options.make(), INSTANCE, SECRETS, URL)
    assert read(files['/etc/trove/conf.d/trove-guestagent.conf'],
                tmp_path / 'a.conf', 'transport_url',
                'conductor_queue') == [URL, 'guestoutbox.i-1']


def test_the_key_is_apart():
    files = identity.files(options.make(), INSTANCE, SECRETS, URL)
    document = json.loads(files['/etc/trove/conf.d/link.key'])
    assert document == {'key_id': 'k-1',
                        'key': base64.b64encode(b'\1' * 32).decode()}


def test_with_tls_the_guest_is_given_the_brokers_ca(tmp_path):
    ca = tmp_path / 'ca.pem'
    ca.write_text('CERTIFICATE')
    files = identity.files(
        options.make(guest_link__broker_ssl=True,
                     guest_link__broker_ca_file=str(ca)),
        INSTANCE, SECRETS, URL)
    assert files['/etc/trove/conf.d/broker-ca.pem'] == 'CERTIFICATE'
    assert ('ssl_ca_file = /etc/trove/conf.d/broker-ca.pem'
            in files['/etc/trove/conf.d/trove-guestagent.conf'])


def test_the_guest_is_given_the_object_stores_authority(tmp_path):
    ca = tmp_path / 'ca.pem'
    ca.write_text('AUTHORITY')
    files = identity.files(options.make(guest_swift_ca_file=str(ca)),
                           INSTANCE, SECRETS, URL)
    path, = read(files['/etc/trove/conf.d/trove-guestagent.conf'],
                 tmp_path / 'a.conf', 'object_store_ca_file')
    assert files[path] == 'AUTHORITY'
