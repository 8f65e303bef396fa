# SPDX-License-Identifier: Apache-2.0
"""What a thief cannot make others believe with one guest's user and key.

The broker takes these messages; the link refuses them, and counts why. What
the broker refuses: `test_thief`.
"""

from trove.common import waiting
from trove.rpc import broker_names
from trove.rpc import envelope
from trove.rpc import transport
from trove.tests.contract.link import test_guest_link
from trove.tests.contract.link import test_thief

thief = test_thief.thief
victim = test_thief.victim


def cast_to_conductor(control, conf, thief, sealed):
    """Publish what the stolen user may: a message to its outbox."""
    connection = transport.connect(conf, control.url_of(thief))
    transport.client(connection, broker_names.outbox(thief),
                     exchange=broker_names.exchange(thief)).cast(
                         {}, 'deliver', sealed=sealed)
    connection.cleanup()


def counted(control, reason):
    """Wait until the conductor has counted the reason."""
    waiting.until(lambda: control.endpoint.counters[reason], 10, reason,
                  poll_s=0.01)
    return control.endpoint.counters[reason]


def a_heartbeat(control, key_of, named, number=1, boot=1):
    secrets = control.links.secrets[key_of]
    return envelope.seal(
        secrets.key, secrets.key_id, named, envelope.FROM_GUEST, boot,
        number, {'method': 'heartbeat',
                 'arguments': {'document': {'service_status': 'crashed'}}})


def test_another_instances_heartbeat_cannot_be_forged(control, conf, thief,
                                                      victim):
    cast_to_conductor(control, conf, thief,
                      a_heartbeat(control, thief, victim))
    assert counted(control, 'other-outbox') == 1
    cast_to_conductor(control, conf, thief, {
        **a_heartbeat(control, thief, victim), 'instance': thief})
    assert counted(control, 'not-authentic') == 1
    assert all(one[0] != victim for one in control.reports.kept)


def test_another_instances_message_does_not_pass_by_its_own_outbox(
        control, conf, thief, victim):
    # As if it had been copied somewhere: it is authentic.
    cast_to_conductor(control, conf, thief,
                      a_heartbeat(control, victim, victim))
    assert counted(control, 'other-outbox') == 1
    assert all(one[0] != victim for one in control.reports.kept)


def test_plain_text_is_not_taken(control, conf, thief):
    cast_to_conductor(control, conf, thief, {
        'method': 'heartbeat', 'arguments': {'instance_id': thief}})
    assert counted(control, 'malformed') == 1


def test_its_own_message_to_the_guest_does_not_come_back_as_its_word(
        control, conf, thief):
    secrets = control.links.secrets[thief]
    cast_to_conductor(control, conf, thief, envelope.seal(
        secrets.key, secrets.key_id, thief, envelope.TO_GUEST, 0, 1, {}))
    assert counted(control, 'not-authentic') == 1


def test_an_older_version_of_the_envelope_is_not_taken(control, conf, thief):
    sealed = a_heartbeat(control, thief, thief)
    cast_to_conductor(control, conf, thief, {**sealed, 'version': 0})
    assert counted(control, 'version') == 1


def test_an_envelope_without_seal_is_not_taken(control, conf, thief):
    sealed = a_heartbeat(control, thief, thief)
    for less in ({**sealed, 'sealed': ''}, {**sealed, 'sealed': 'e30='},
                 {**sealed, 'sealed': sealed['sealed'][:40]}):
        cast_to_conductor(control, conf, thief, less)
    waiting.until(lambda: control.endpoint.counters['not-authentic'] == 3, 10,
                  'three refusals', poll_s=0.01)
    assert control.reports.kept == []


def test_a_number_cannot_be_raised_to_be_the_newest_for_ever(control, conf,
                                                             thief):
    sealed = a_heartbeat(control, thief, thief)
    cast_to_conductor(control, conf, thief, {**sealed, 'boot': 2 ** 61})
    assert counted(control, 'not-authentic') == 1


def test_an_old_answer_under_a_dropped_key_is_not_passed_on(control, conf,
                                                            thief, victim):
    secrets = control.links.secrets[thief]
    control.links.dropped.add(thief)
    cast_to_conductor(control, conf, thief, envelope.seal(
        secrets.key, secrets.key_id, thief, envelope.FROM_GUEST, 1, 1,
        {'method': 'answer', 'arguments': {
            'call_id': 'c', 'inbox': control.answers.inbox, 'result': 1,
            'error': None}}))
    assert counted(control, 'unknown-instance') == 1


def test_an_answer_in_anothers_name_is_not_believed(control, conf, thief,
                                                    victim):
    call_id, slot = control.answers.expect(victim)
    secrets = control.links.secrets[thief]
    cast_to_conductor(control, conf, thief, envelope.seal(
        secrets.key, secrets.key_id, thief, envelope.FROM_GUEST, 1, 1,
        {'method': 'answer', 'arguments': {
            'call_id': call_id, 'inbox': control.answers.inbox,
            'result': 'forged', 'error': None}}))
    assert counted(control, 'taken') == 1
    control.guests.ping(victim)     # later, so the forged one has arrived
    assert not slot.filled.is_set()
    control.answers.forget(call_id)


def test_an_order_cannot_be_played_after_a_restart_of_the_agent(
        control, boot, tmp_path):
    made = control.enrol()
    state = tmp_path / 'state'
    first = boot(made, test_guest_link.Agent(), state)
    key, key_id, number = control.links.outgoing(made)
    sealed = envelope.seal(key, key_id, made, envelope.TO_GUEST, 0, number,
                           {'method': 'ping', 'arguments': {}})
    client = transport.client(control.connection, broker_names.topic(made),
                              exchange=test_thief.EXCHANGE)
    client.cast({}, 'deliver', sealed=sealed)
    control.guests.ping(made)
    first.stop()
    again = boot(made, test_guest_link.Agent(), state)
    client.cast({}, 'deliver', sealed=sealed)
    waiting.until(lambda: again.refused == 1, 10, 'a refusal', poll_s=0.01)


def test_an_order_cannot_be_played_to_a_guest_again(control, boot):
    made = control.enrol()
    link = boot(made, test_guest_link.Agent())
    key, key_id, number = control.links.outgoing(made)
    sealed = envelope.seal(key, key_id, made, envelope.TO_GUEST, 0, number,
                           {'method': 'ping', 'arguments': {}})
    client = transport.client(control.connection, broker_names.topic(made),
                              exchange=test_thief.EXCHANGE)
    for _ in range(3):
        client.cast({}, 'deliver', sealed=sealed)
    control.guests.ping(made)
    waiting.until(lambda: link.refused == 2, 10, 'two refusals', poll_s=0.01)
