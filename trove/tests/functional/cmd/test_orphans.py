# SPDX-License-Identifier: Apache-2.0
"""trove-manage orphans as it is typed: options from a file, a cloud and a
management API over HTTP."""

import http.server
import io
import json
import re
import urllib.parse
import uuid

import pytest

from trove.cloud import marks
from trove.cmd.manage import program
from trove.common import waiting
from trove.tests.contract.cloud import places
from trove.tests.contract.cloud import test_ports as usual
from trove.tests.fixtures import loopback

_CONF = """
[database]
connection = sqlite:///{directory}/trove.sqlite
[service_credentials]
auth_url = {auth_url}
password = {password}
[guest_link]
management_url = {management_url}
management_password_file = {directory}/password
broker_hosts = 192.0.2.1:5672
"""


class Management(http.server.BaseHTTPRequestHandler):
    """The management API of a broker with one guest's users and queues."""

    users = set()
    queues = set()

    def do_GET(self):
        """List users or queues; queues by a pattern."""
        path, _, query = self.path.partition('?')
        if path == '/api/users':
            answer = [{'name': one} for one in self.users]
        else:
            pattern = urllib.parse.parse_qs(query)['name'][0]
            answer = {'page_count': 1, 'items': [
                {'name': one} for one in self.queues
                if re.search(pattern, one)]}
        self._say(200, json.dumps(answer).encode())

    def do_DELETE(self):
        """Remove what is named."""
        name = urllib.parse.unquote(self.path.rpartition('/')[2])
        (self.users if '/users/' in self.path else self.queues).discard(name)
        self._say(204)

    def _say(self, status, body=b''):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def management():
    with loopback.served(Management) as url:
        yield url


@pytest.fixture
def place(tmp_path):
    made = places.OverHttp(tmp_path)
    yield made
    made.close()


@pytest.fixture
def types(tmp_path, place, management):
    """A function that runs a command and gives what it printed."""
    (tmp_path / 'password').write_text('secret')
    conf = tmp_path / 'trove.conf'
    conf.write_text(_CONF.format(
        directory=tmp_path, auth_url=place.site.auth_url,
        password=place.site.password('trove'), management_url=management))

    def run(*words):
        out = io.StringIO()
        assert program.run(['--config-file', str(conf), *words], out) == 0
        return out.getvalue()

    run('db', 'sync')
    return run


def leave(place, instance_id):
    """A server with volume, port, group and address; their ids."""
    network = place.cloud.network
    group_id = network.create_security_group(
        'any', usual.RULES, marks.security_group(instance_id))
    port = network.create_port(
        'any', place.network_id, (group_id,),
        description=marks.user_port(instance_id))
    address = network.create_floating(
        port.id, place.project_id, None, marks.floating(instance_id))
    volume = usual.a_volume(place, instance_id)
    usual.soon(lambda: place.cloud.volumes.show(volume.id).status
               == 'available')
    server = place.cloud.compute.boot(usual.an_order(
        place, instance_id, port_ids=(port.id,), volume_id=volume.id))
    usual.active(place, server.id)
    group = place.cloud.compute.create_group(
        marks.server_group(instance_id), 'affinity')
    # A rotation of secrets was under way: there are two users.
    Management.users = {'guest-' + instance_id, 'guest-%s.2' % instance_id}
    Management.queues = {'guestagent.' + instance_id,
                         'guestoutbox.' + instance_id}
    return {group_id, port.id, address, volume.id, server.id, group,
            'guest-' + instance_id, *Management.queues}


def test_orphans_are_found_and_removed_over_http(place, types):
    instance_id = str(uuid.uuid4())
    left = leave(place, instance_id)

    def all_are_old_enough():
        # Services tell whole seconds.
        return '9 orphans' in types('orphans', 'list', '--minutes', '0')

    waiting.until(all_are_old_enough, 10, 'nine orphans', poll_s=0.3)
    listed = types('orphans_list', '--minutes', '0')
    assert all(one in listed for one in left)
    assert '9 of them stay' in types('orphans', 'clean', '--minutes', '0',
                                     '--yes')
    said = types('orphans', 'clean', '--minutes', '0', '--yes', '--unknown')
    assert said.count(': removed') == 9
    assert not Management.users and not Management.queues
    assert types('orphans', 'list', '--minutes', '0').splitlines() == [
        'Swift is not asked: nothing there is Trove\'s.', '0 orphans']
