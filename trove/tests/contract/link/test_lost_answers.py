# SPDX-License-Identifier: Apache-2.0
"""Questions and answers get lost on their way; the caller has its answer all
the same, not a call's time limit later, and the guest does nothing twice."""

import contextlib
import threading
from concurrent import futures

import pytest

from trove.common import exception
from trove.common import waiting
from trove.rpc import broker_names
from trove.rpc import versions
from trove.tests.contract.link import test_conductors
from trove.tests.contract.link import test_flood
from trove.tests.contract.link import test_versions

#: Seconds between two questions; a call that nobody asks again fails after
#: its own time limit, whatever the load of the machine.
AGAIN_S = 0.5
LIMIT_S = 60

processes = test_conductors.processes
old = test_versions.old


class Engine:
    """An endpoint whose work takes until it is let go."""

    def __init__(self, goes=False):
        self.done = 0
        self.begun = threading.Event()
        self.goes = threading.Event()
        if goes:
            self.goes.set()

    def get_filesystem_stats(self):
        self.begun.set()
        assert self.goes.wait(60)
        self.done += 1
        return {'done': self.done}

    def ping(self):
        return None


class Losing:
    """A relay of answers that drops some, as a conductor does that is
    killed after it has taken them from the broker."""

    def __init__(self, relay, count):
        self._relay = relay
        self.left = count

    def answer(self, *what):
        if self.left:
            self.left -= 1
        else:
            self._relay.answer(*what)


@pytest.fixture(autouse=True)
def soon(conf):
    conf.set_override('agent_resend_interval', AGAIN_S)
    # A busy machine starts a broker in more than the usual 15.
    conf.set_override('agent_call_low_timeout', LIMIT_S)
    yield
    conf.clear_override('agent_resend_interval')
    conf.clear_override('agent_call_low_timeout')


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def guest(control, boot, engine, tmp_path):
    """Id of an instance that knows a call again; its agent is up."""
    made = control.enrol()
    control.links.versions[made] = versions.REPEATS
    boot(made, engine, tmp_path / 'state')
    return made


@pytest.fixture
def asked(control, guest):
    """The answer to come of a question that was just asked."""
    with futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit(control.guests.get_filesystem_stats, guest)


@pytest.fixture
def lose(control, monkeypatch):
    def act(count):
        losing = Losing(control.endpoint._relay, count)
        monkeypatch.setattr(control.endpoint, '_relay', losing)
        return losing
    return act


def test_an_answer_that_was_lost_with_a_conductor_comes_again(
        control, guest, engine, lose):
    engine.goes.set()
    losing = lose(2)
    assert control.guests.get_filesystem_stats(guest) == {'done': 1}
    assert losing.left == 0 and engine.done == 1


def test_a_question_that_was_lost_is_asked_again(control, conf, node, boot,
                                                 tmp_path):
    made = control.enrol()
    control.links.versions[made] = versions.REPEATS
    boot(made, Engine(), tmp_path / 'state').stop()
    engine = Engine(goes=True)
    with futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(control.guests.get_filesystem_stats, made)
        waiting.until(lambda: purged(node, broker_names.topic(made)), 5,
                      'the question', poll_s=0.05)
        boot(made, engine, tmp_path / 'state')
        assert answer.result(LIMIT_S) == {'done': 1}
    assert engine.done == 1


def purged(node, name):
    """Empty a queue; whether something was in it."""
    with test_flood.admin(node) as channel:
        return channel.queue_purge(name)


def test_work_that_takes_long_is_done_once(engine, asked, guest, control):
    assert engine.begun.wait(10)
    number = control.links._numbers[guest]
    waiting.until(lambda: control.links._numbers[guest] >= number + 2, 10,
                  'two more questions')
    engine.goes.set()
    assert asked.result(LIMIT_S) == {'done': 1}
    control.guests.ping(guest)      # later than all questions
    assert engine.done == 1


def test_a_broker_that_is_killed_while_the_guest_works(
        engine, asked, guest, node):
    assert engine.begun.wait(10)
    node.stop()
    engine.goes.set()
    node.start()
    assert asked.result(LIMIT_S) == {'done': 1}
    assert engine.done == 1


def test_an_agent_that_was_restarted_says_that_it_does_not_know(
        control, boot, engine, asked, guest, tmp_path):
    assert engine.begun.wait(10)
    again = Engine(goes=True)
    boot(guest, again, tmp_path / 'state')      # the first is as good as dead
    with pytest.raises(exception.GuestRestarted):
        asked.result(LIMIT_S)
    assert again.done == 0
    engine.goes.set()


def test_an_old_guest_is_asked_once(control, old, conf, monkeypatch):
    conf.set_override('agent_call_low_timeout', 2)
    heard = []
    monkeypatch.setattr(type(old), 'deliver', lambda self, ctxt, sealed:
                        heard.append(sealed['number']))
    with pytest.raises(exception.GuestSilent):
        control.guests.ping(old.id)
    assert len(heard) == 1


@contextlib.contextmanager
def at_work(processes):
    """A guest's engine in the middle of its work, and the answer to come."""
    made, link = next(iter(processes.guests.items()))
    engine = link._endpoint = Engine()
    processes.say(1)
    waiting.until(lambda: processes.heard(1), 10, 'what they speak')
    with futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(processes.client.get_filesystem_stats, made)
        assert engine.begun.wait(10)
        yield engine, answer


def test_a_conductor_that_is_killed_while_the_guest_works(processes):
    """The other one takes over what the killed one had not acknowledged."""
    with at_work(processes) as (engine, answer):
        processes.processes[0].kill()
        engine.goes.set()
        assert answer.result(LIMIT_S) == {'done': 1}
    assert engine.done == 1


def test_the_only_conductor_is_killed_and_another_comes(processes):
    with at_work(processes) as (engine, answer):
        for one in processes.processes:
            one.kill()
            one.wait()
        engine.goes.set()
        processes.start_conductor()
        assert answer.result(LIMIT_S) == {'done': 1}
    assert engine.done == 1


def test_a_guest_without_a_queue_is_told_from_one_that_is_slow(
        control, conf, boot, tmp_path):
    """Nothing is promised of a message that the broker would drop."""
    conf.set_override('agent_answer_wait', 1)
    try:
        made = control.enrol()
        control.links.versions[made] = versions.REPEATS
        with pytest.raises(exception.GuestUnreached):
            control.guests.create_database(made, [])
        boot(made, Engine(), tmp_path / 'state').stop()
        with pytest.raises(exception.GuestSilent) as slow:
            control.guests.create_database(made, [])
        assert not isinstance(slow.value, exception.GuestUnreached)
    finally:
        conf.clear_override('agent_answer_wait')


def test_a_guest_is_asked_when_its_queue_is_there(control, boot,
                                                  tmp_path):
    """Also one that would do twice what it is asked twice."""
    made = control.enrol()
    engine = Engine(goes=True)
    with futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(control.guests.get_filesystem_stats, made)
        waiting.until(lambda: control.links._numbers[made] >= 2, 10,
                      'a second try')
        boot(made, engine, tmp_path / 'state')
        assert answer.result(LIMIT_S) == {'done': 1}
    assert engine.done == 1


def test_the_refusal_of_a_change_is_heard_though_an_answer_was_lost(
        control, guest, conf, lose):
    """It would else be taken for accepted."""
    conf.set_override('agent_answer_wait', 3)
    conf.set_override('agent_resend_interval', 5)
    try:
        lose(1)
        with pytest.raises(exception.GuestFailed):
            control.guests.create_database(guest, [])
    finally:
        conf.clear_override('agent_answer_wait')
