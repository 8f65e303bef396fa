# SPDX-License-Identifier: Apache-2.0
import collections

import requests
import sqlalchemy

from stack.inside import calls
from stack.inside import memory
from stack.inside import phases

LOG = """... instance 11-22: CreateVolume took 0.120 s
... instance 99-99: CreateVolume took 9.000 s
... operation 5 is tried again
... instance 11-22: BootServer took 1.500 s
"""


def process(proc, pid, parent, words=(), groups='', pss=None):
    place = proc / str(pid)
    place.mkdir()
    (place / 'stat').write_text(f'{pid} (a (b) c) S {parent} 1 1')
    (place / 'cmdline').write_bytes(b'\0'.join(
        word.encode() for word in words) + b'\0')
    (place / 'cgroup').write_text(groups)
    if pss is not None:
        (place / 'smaps_rollup').write_text(
            f'0-1 ---p [rollup]\nRss:  900 kB\nPss:  {pss} kB\n')


def test_the_steps_of_one_instance_are_read_from_the_log():
    assert phases.of_taskmanager(LOG, '11-22') == [
        ('CreateVolume', 0.12), ('BootServer', 1.5)]


def test_the_time_of_a_guest_s_step_is_since_the_one_before():
    assert phases.of_guest([
        (1.0, 'INFO agent: hello'),
        (2.0, 'INFO x: preparing mariadb 10.11 for operation 5'),
        (2.5, 'INFO x: operation 5: volume done'),
        (4.5, 'INFO x: operation 5: start done'),
        (5.0, 'INFO x: operation 5 is done: the server is ready')]) == [
            ('volume', 0.5), ('start', 2.0)]


def test_steps_that_nobody_ordered_have_no_time():
    assert phases.of_guest([(2.5, 'operation 5: volume done')]) == []


def test_children_weigh_with_their_parents(tmp_path):
    process(tmp_path, 10, 1, pss=100)
    process(tmp_path, 11, 10, pss=20)
    process(tmp_path, 12, 11, pss=3)
    process(tmp_path, 13, 1, pss=5000)
    assert sorted(memory.family(10, tmp_path)) == [10, 11, 12]
    assert sum(memory.pss_kb(pid, tmp_path)
               for pid in memory.family(10, tmp_path)) == 123


def test_a_process_that_has_ended_weighs_nothing(tmp_path):
    assert memory.pss_kb(10, tmp_path) == 0


def test_an_agent_is_known_by_its_machine_and_its_program(tmp_path):
    words = ('/opt/a/bin/python', '/opt/a/bin/trove-guestagent', '--x')
    process(tmp_path, 20, 1, words, '1:pids:/tc6_cloud/tc6-mab\n')
    process(tmp_path, 21, 1, words, '1:pids:/tc_cloud/tc-mab\n')
    process(tmp_path, 22, 1, ('vi', '/etc', 'trove-guestagent'),
            '1:pids:/tc6_cloud/tc6-mab\n')
    assert memory.guests('tc6', 'trove-guestagent', tmp_path) == [20]


def test_only_what_happens_while_counting_is_counted():
    counter = calls.Counter()
    counter.statement()
    with counter.counting() as cost:
        counter.statement()
        counter.call('http://cloud:1/network/v2.0/ports?x=/y')
        counter.call('http://cloud:1/network/v2.0/networks')
        counter.call('http://cloud:1/identity/v3/auth/tokens')
        counter.message()
    counter.call('http://cloud:1/image/v2')
    assert (cost.statements, cost.messages) == (1, 1)
    assert cost.calls == collections.Counter(network=2, identity=1)


def test_the_doors_of_the_process_are_watched(monkeypatch):
    class Waker:
        woken = ()

        def wake(self, operation_id):
            self.woken = (operation_id,)

    adapter = requests.adapters.HTTPAdapter
    monkeypatch.setattr(adapter, 'send',
                        lambda self, request, **_: requests.Response())
    counter, waker = calls.Counter(), Waker()
    calls.watch(counter, Waker)
    try:
        with counter.counting() as cost:
            requests.get('http://127.0.0.1:1/volume/v3', timeout=1)
            waker.wake('5')
            with sqlalchemy.create_engine('sqlite://').connect() as db:
                db.execute(sqlalchemy.text('SELECT 1'))
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, 'before_cursor_execute',
                                counter.statement)
    assert cost.calls == {'volume': 1}
    assert (cost.messages, cost.statements) == (1, 1)
    assert waker.woken == ('5',)
