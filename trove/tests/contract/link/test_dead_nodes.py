# SPDX-License-Identifier: Apache-2.0
"""One of three nodes lives, the last that is tried: nothing gets lost.

Of those that are off one kind refuses at once, one says nothing for minutes.
"""

import contextlib
import socket
import time
import types

import pytest

from trove.rpc import amqp_connection
from trove.rpc import broker_names
from trove.rpc import guest_server
from trove.rpc import living_nodes
from trove.rpc import transport
from trove.rpc import versions
from trove.tests.contract.link import conftest
from trove.tests.contract.link import test_guest_link

#: Seconds that a node which says nothing may cost.
SILENT_S = 2
#: And those for everything else, on a busy machine.
SOON_S = 4


@contextlib.contextmanager
def refusing():
    """Ports at which nobody listens."""
    with contextlib.ExitStack() as held:
        made = [held.enter_context(socket.socket()) for _ in range(2)]
        for one in made:
            one.bind(('127.0.0.1', 0))
        yield [one.getsockname()[1] for one in made]


@contextlib.contextmanager
def silent():
    """Ports whose kernel drops what comes: too many wait there already."""
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(2):
            listening = held.enter_context(
                socket.create_server(('127.0.0.1', 0), backlog=0))
            ports.append(listening.getsockname()[1])
            for _ in range(3):
                waiting = held.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(listening.getsockname())
        yield ports


@pytest.fixture(params=[refusing, silent])
def dead(request, monkeypatch):
    """Ports of two nodes that are off, and nobody knows it yet."""
    monkeypatch.setattr(living_nodes, 'shuffled', list)
    with request.param() as ports:
        yield ports


@pytest.fixture
def unknown(monkeypatch):
    """Forget who was dead."""
    def forget():
        monkeypatch.setattr(living_nodes, 'LATELY', living_nodes.Lately())
    forget()
    return forget


@pytest.fixture
def among(node, dead, monkeypatch):
    """Have a URL name the dead nodes before the one that lives."""
    # The messaging library shuffles what it is given, in place.
    monkeypatch.setattr('random.shuffle', lambda hosts: None)

    def act(url):
        account, _, rest = url.removeprefix('rabbit://').rpartition('@')
        return 'rabbit://' + ','.join(
            [*('%s@127.0.0.1:%d' % (account, port) for port in dead),
             '%s@%s' % (account, rest)])
    return act


@pytest.fixture
def control_of_three(conf, node, among, unknown):
    """A control plane that was told of all three."""
    made = conftest.ControlPlane(
        conf, types.SimpleNamespace(url=among(node.url)))
    yield made
    made.remove(list(made.links.secrets))
    made.close()


def test_questions_and_answers_come_through(control_of_three, conf,
                                            among, unknown, tmp_path):
    control = control_of_three
    made = control.enrol()
    control.links.versions[made] = versions.REPEATS
    secrets = control.links.secrets[made]
    unknown()
    link = guest_server.GuestLink(
        conf, made, secrets.key, secrets.key_id, str(tmp_path / 'state'),
        connection=transport.connect(conf, among(control.url_of(made))),
        exchange=broker_names.exchange(made))
    link.serve(test_guest_link.Agent())
    try:
        for _ in range(3):
            began = time.monotonic()
            control.guests.ping(made)
            assert time.monotonic() - began < 4 * SILENT_S + SOON_S
            print('asked and answered: %.2f s' % (time.monotonic() - began))
        assert 'unavailable' not in control.endpoint.counters
        unknown()       # the guest's heartbeats go by a connection of theirs
        link.heartbeat({'service_status': 'healthy'})
        assert control.reports.of(made)[0][1] == 'healthy'
    finally:
        link.stop()


def test_the_reader_of_outboxes_comes_through(conf, node, among, unknown):
    began = time.monotonic()
    amqp_connection.connect(conf, among(node.url)).close()
    first_s = time.monotonic() - began
    assert first_s < 2 * SILENT_S + SOON_S
    began = time.monotonic()
    amqp_connection.connect(conf, among(node.url)).close()
    again_s = time.monotonic() - began
    print('connected: %.2f s, again: %.2f s' % (first_s, again_s))
    assert again_s < SILENT_S       # it knows by now
