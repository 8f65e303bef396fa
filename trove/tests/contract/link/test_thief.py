# SPDX-License-Identifier: Apache-2.0
"""What a thief cannot do at the broker with one guest's user.

Each attempt speaks AMQP to a real RabbitMQ with the stolen user, and must be
refused. `test_the_door_is_the_permission` takes the restrictions away and
holds that the attempts then succeed, so that none of these tests passes for a
wrong reason. What he cannot do with the stolen key: `test_stolen_key`.
"""

import contextlib
import time

import amqp
import pytest
import requests

from trove.common import waiting
from trove.rpc import broker_names
from trove.rpc import transport
from trove.tests.contract.link import test_guest_link

EXCHANGE = 'amq.topic'
MEGABYTE = 2 ** 20


@pytest.fixture
def victim(control, boot):
    """Id of the instance that a thief is after; its agent is up."""
    made = control.enrol()
    boot(made, test_guest_link.Agent())
    return made


@pytest.fixture
def thief(control, boot):
    """Id of the instance whose secrets were stolen; its agent is up."""
    made = control.enrol()
    boot(made, test_guest_link.Agent())
    return made


@pytest.fixture
def open_channel(node, control):
    """A raw AMQP channel as some instance; all are closed at the end."""
    opened = []

    def connect(instance_id, virtual_host='/'):
        connection = amqp.Connection(
            host='127.0.0.1:%d' % node.port,
            userid=broker_names.user(instance_id),
            password=control.links.secrets[instance_id].password,
            confirm_publish=True, virtual_host=virtual_host)
        connection.connect()
        opened.append(connection)
        channel = connection.channel()
        channel.instance_id = instance_id
        return channel
    yield connect
    for connection in opened:
        with contextlib.suppress(amqp.AMQPError, OSError):
            connection.close()      # the broker may have been faster


def own(channel):
    """A name that bears the thief's own."""
    return 'guestagent.%s_mine' % channel.instance_id


def dead_letters(channel, exchange, topic):
    """A queue of its own whose messages go on at once."""
    channel.queue_declare(own(channel), auto_delete=False, arguments={
        'x-dead-letter-exchange': exchange, 'x-message-ttl': 0,
        'x-dead-letter-routing-key': topic})


ATTEMPTS = {
    'read the queue of another guest':
        lambda channel, victim: channel.basic_consume(
            broker_names.topic(victim)),
    'delete the queue of another guest':
        lambda channel, victim: channel.queue_delete(
            broker_names.topic(victim)),
    'empty the queue of another guest':
        lambda channel, victim: channel.queue_purge(
            broker_names.topic(victim)),
    'read the conductor\'s queue':
        lambda channel, victim: channel.basic_consume('trove-conductor'),
    'read the outbox of another guest':
        lambda channel, victim: channel.basic_consume(
            broker_names.outbox(victim)),
    'delete the outbox of another guest':
        lambda channel, victim: channel.queue_delete(
            broker_names.outbox(victim)),
    'empty the outbox of another guest':
        lambda channel, victim: channel.queue_purge(
            broker_names.outbox(victim)),
    'publish to the outbox of another guest':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), EXCHANGE, broker_names.outbox(victim)),
    'publish by the exchange of another guest':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), broker_names.exchange(victim),
            broker_names.outbox(victim)),
    'delete the exchange of another guest':
        lambda channel, victim: channel.exchange_delete(
            broker_names.exchange(victim)),
    'bind its exchange to the shared one, to be passed on':
        lambda channel, victim: channel.exchange_bind(
            EXCHANGE, broker_names.exchange(channel.instance_id), '#'),
    'bind its exchange to another guest\'s':
        lambda channel, victim: channel.exchange_bind(
            broker_names.exchange(victim),
            broker_names.exchange(channel.instance_id), '#'),
    'bind its exchange to hear all that others are told':
        lambda channel, victim: channel.exchange_bind(
            broker_names.exchange(channel.instance_id), EXCHANGE, '#'),
    'let what it cannot route go on to the shared exchange':
        lambda channel, victim: channel.exchange_declare(
            own(channel), 'topic', auto_delete=False,
            arguments={'alternate-exchange': EXCHANGE}),
    'let dead letters go to another guest':
        lambda channel, victim: dead_letters(
            channel, EXCHANGE, broker_names.outbox(victim)),
    'let dead letters go to any queue':
        lambda channel, victim: dead_letters(channel, '', 'taskmanager'),
    'publish to the conductor\'s topic':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), EXCHANGE, 'trove-conductor'),
    'tell the conductor of a guest':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), 'trove-conductor_fanout'),
    'declare a queue of its own choice':
        lambda channel, victim: channel.queue_declare('mine'),
    'declare an exchange':
        lambda channel, victim: channel.exchange_declare('mine', 'topic'),
    'delete the shared exchange':
        lambda channel, victim: channel.exchange_delete(EXCHANGE),
    'delete the control plane\'s exchange':
        lambda channel, victim: channel.exchange_delete('trove'),
    'publish to another guest':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), EXCHANGE, broker_names.topic(victim)),
    'publish as an answer to a waiting caller':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), EXCHANGE, 'trove-answers.somebody'),
    'publish into a queue through the default exchange':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), '', 'taskmanager'),
    'publish to the taskmanager':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x'), 'trove', 'taskmanager'),
    'publish under another user\'s name':
        lambda channel, victim: channel.basic_publish(
            amqp.Message('x', user_id=broker_names.user(victim)),
            broker_names.exchange(channel.instance_id),
            broker_names.outbox(channel.instance_id)),
}

#: What must stay as it is: its own outbox.
OWN = {
    'read it': lambda channel, name: channel.basic_consume(name),
    'delete it': lambda channel, name: channel.queue_delete(name),
    'empty it': lambda channel, name: channel.queue_purge(name),
    'declare it otherwise': lambda channel, name: channel.queue_declare(
        name, durable=True, auto_delete=False),
    'take it off its topic': lambda channel, name: channel.queue_unbind(
        name, broker_names.exchange(channel.instance_id), name),
    'bind it to another topic': lambda channel, name: channel.queue_bind(
        name, broker_names.exchange(channel.instance_id), 'guestagent.1'),
    'put into it directly': lambda channel, name: channel.basic_publish(
        amqp.Message('x'), '', name),
}

BINDINGS = {'another guest\'s topic': 'guestagent.%(victim)s',
            'everything': '#', 'all guests': 'guestagent.*',
            'the conductor': 'trove-conductor',
            'another guest\'s outbox': 'guestoutbox.%(victim)s'}


@pytest.mark.parametrize('attempt', ATTEMPTS)
def test_the_broker_refuses_to(attempt, open_channel, thief, victim,
                               control):
    # The control plane's own exchange exists from its first message on.
    transport.client(control.connection, 'taskmanager').cast({}, 'wake')
    with pytest.raises((amqp.AccessRefused, amqp.PreconditionFailed)):
        ATTEMPTS[attempt](open_channel(thief), victim)


@pytest.mark.parametrize('binding', BINDINGS)
def test_the_broker_refuses_to_bind_its_queue_to(binding, open_channel,
                                                 thief, victim):
    with pytest.raises(amqp.AccessRefused):
        open_channel(thief).queue_bind(
            broker_names.topic(thief), EXCHANGE,
            BINDINGS[binding] % {'victim': victim})


@pytest.mark.parametrize('attempt', OWN)
def test_its_own_outbox_is_closed_but_for_its_topic(attempt, open_channel,
                                                    thief):
    with pytest.raises((amqp.AccessRefused, amqp.PreconditionFailed)):
        OWN[attempt](open_channel(thief), broker_names.outbox(thief))


def test_the_management_api_is_closed(control, node, thief):
    stolen = (broker_names.user(thief),
              control.links.secrets[thief].password)
    for path in ('overview', 'users', 'queues', 'vhosts'):
        answer = requests.get('%s/api/%s' % (node.management_url, path),
                              auth=stolen, timeout=10)
        assert answer.status_code == 401
    assert requests.put(node.management_url + '/api/vhosts/mine',
                        auth=stolen, timeout=10).status_code == 401


def test_the_answers_of_others_cannot_be_read(open_channel, thief, control,
                                              victim):
    control.guests.ping(victim)     # the inbox for answers is there now
    inbox = 'trove-answers.' + control.answers.inbox
    for attempt in (lambda channel: channel.basic_consume(inbox),
                    lambda channel: channel.basic_get('trove-answers'),
                    lambda channel: channel.queue_bind(
                        broker_names.topic(thief), 'trove', inbox)):
        with pytest.raises(amqp.AccessRefused):
            attempt(open_channel(thief))


def test_the_messaging_librarys_reply_queues_cannot_be_read(
        open_channel, thief, control, conf, node):
    name = 'reply_' + '0' * 32
    made = amqp.Connection(host='127.0.0.1:%d' % node.port, userid='trove',
                           password=node.password)
    made.connect()
    made.channel().queue_declare(name)
    try:
        with pytest.raises(amqp.AccessRefused):
            open_channel(thief).basic_consume(name)
        with pytest.raises(amqp.AccessRefused):
            open_channel(thief).basic_publish(amqp.Message('x'), '', name)
    finally:
        made.close()


def test_another_virtual_host_is_closed(open_channel, thief, control, node):
    admin = ('trove', node.password)
    url = node.management_url + '/api/vhosts/theirs'
    assert requests.put(url, auth=admin, timeout=10).ok
    try:
        with pytest.raises((amqp.NotAllowed, OSError)):
            open_channel(thief, 'theirs')
    finally:
        requests.delete(url, auth=admin, timeout=10)


def test_no_more_connections_than_allowed(open_channel, thief, conf):
    with pytest.raises((amqp.NotAllowed, OSError)):
        for _ in range(conf.guest_link.max_connections_per_guest + 1):
            open_channel(thief)


def test_no_more_channels_than_allowed(open_channel, thief, conf):
    connection = open_channel(thief).connection
    with pytest.raises((amqp.NotAllowed, amqp.ConnectionError, OSError)):
        for _ in range(conf.guest_link.max_channels_per_guest + 1):
            connection.channel()


def test_an_exchange_made_otherwise_mutes_its_maker_only(
        open_channel, thief, victim, node, control):
    """Conductors cannot tie such a one to its outbox, and go on."""
    channel, name = open_channel(thief), broker_names.exchange(thief)
    channel.exchange_delete(name)
    channel.exchange_declare(name, 'fanout', auto_delete=False)
    session = control.outboxes._session
    session._connection.sock.shutdown(2)
    waiting.until(lambda: control.outboxes._session not in (session, None)
                  and victim in control.outboxes.reading(), 10,
                  'a new session', poll_s=0.02)
    assert thief not in control.outboxes.reading()
    control.guests.ping(victim)


def test_what_it_puts_into_queues_of_its_own_is_bounded(
        open_channel, thief, node, conf):
    channel = open_channel(thief)
    hoard(channel)
    most = conf.guest_link.queue_max_bytes // MEGABYTE
    left = channel.queue_declare(own(channel), passive=True).message_count
    assert 0 < left <= most


def test_the_door_is_the_bound_of_its_own_queues(open_channel, thief, node,
                                                 control):
    url = node.management_url + '/api/policies/%2F/trove-guests'
    requests.delete(url, auth=('trove', node.password), timeout=10)
    try:
        channel = open_channel(thief)
        hoard(channel)
        assert channel.queue_declare(
            own(channel), passive=True).message_count == 20
    finally:
        control.broker.apply_policy()


def hoard(channel):
    """Fill a queue of its own through an exchange of its own."""
    name = own(channel)
    channel.exchange_declare(name, 'fanout', auto_delete=False)
    channel.queue_declare(name, auto_delete=False)
    channel.queue_bind(name, name)
    for _ in range(20):
        channel.basic_publish(amqp.Message('x' * MEGABYTE), name, '')


def test_after_deletion_the_secrets_open_nothing(control, conf, node,
                                                 thief, open_channel):
    channel = open_channel(thief)
    began = time.monotonic()
    control.broker.delete_user(thief)
    with pytest.raises((amqp.ConnectionForced, amqp.RecoverableConnectionError,
                        OSError)):
        while True:
            channel.basic_publish(amqp.Message('x'),
                                  broker_names.exchange(thief),
                                  broker_names.outbox(thief))
    assert time.monotonic() - began < 1
    with pytest.raises((amqp.AccessRefused, OSError)):
        amqp.Connection(
            host='127.0.0.1:%d' % node.port,
            userid=broker_names.user(thief),
            password=control.links.secrets[thief].password).connect()


#: Nobody may do these, whatever his permissions; or the tests that follow
#: need what they would destroy.
ALWAYS = ('delete the shared exchange', 'publish under another user\'s name',
          'delete the control plane\'s exchange')

#: A queue that is there cannot be declared otherwise by anybody.
OWN_ALWAYS = ('declare it otherwise',)


@pytest.mark.parametrize('attempt', sorted(set(ATTEMPTS) - set(ALWAYS)))
def test_the_door_is_the_permission(attempt, open_channel, thief, victim,
                                    node, control):
    """Without our restrictions the same attempt gets through."""
    transport.client(control.connection, 'taskmanager').cast({}, 'wake')
    take_restrictions_away(node, thief)
    ATTEMPTS[attempt](open_channel(thief), victim)


@pytest.mark.parametrize('attempt', sorted(set(OWN) - set(OWN_ALWAYS)))
def test_the_door_is_the_permission_for_its_own_outbox(
        attempt, open_channel, thief, node, control):
    take_restrictions_away(node, thief)
    OWN[attempt](open_channel(thief), broker_names.outbox(thief))


@pytest.mark.parametrize('binding', BINDINGS)
def test_the_door_is_the_permission_to_bind_to(binding, open_channel, thief,
                                               victim, node):
    take_restrictions_away(node, thief)
    open_channel(thief).queue_bind(broker_names.topic(thief), EXCHANGE,
                                   BINDINGS[binding] % {'victim': victim})


def take_restrictions_away(node, thief):
    assert requests.put(
        '%s/api/permissions/%%2F/%s' % (node.management_url,
                                        broker_names.user(thief)),
        json={'configure': '.*', 'write': '.*', 'read': '.*'},
        auth=('trove', node.password), timeout=10).ok
