# SPDX-License-Identifier: Apache-2.0
"""Logs become objects: each byte once, whatever ends in between."""

import dataclasses
import os
import threading

import pytest

from trove.datastores import interfaces
from trove.guestagent import logs as guest_logs
from trove.guestagent import publishing
from trove.guestkit.storage import swift
from trove.tests.unit.guestagent import fakes


class Store(dict):
    """Accounts in memory, that may die at a write."""

    dies_after = None
    held = None

    def __call__(self, url, token, ca_file):
        assert token == 'opens'
        self.ca_file = ca_file
        self.meta = getattr(self, 'meta', {})
        return self

    def get(self, container, name):
        return dict.get(self, name)

    def put(self, container, name, content, expires_s=None, **metadata):
        if self.held:
            self.held.wait(10)
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise swift.StoreAway(reason='power cut')
        self[name] = content
        self.meta[name] = metadata

    def ensure(self, container):
        pass

    def delete_below(self, container, prefix):
        for name in [name for name in self if name.startswith(prefix)]:
            del self[name]

    def text(self):
        return b''.join(self[name] for name in sorted(self)
                        if '_metafile' not in name)


class Logs(interfaces.Logs):
    """One log to switch, at the next start or at once."""

    def __init__(self, path):
        self.path, self.on, self.at_start = str(path), False, False

    def last_words(self, lines=20):
        return ''

    def files(self):
        return (interfaces.LogFile(name='general', path=self.path,
                                   switchable=True),)

    def is_enabled(self, name):
        return self.on

    def switch(self, name, on):
        self.on = on
        return self.at_start

    def discard(self, name):
        os.truncate(self.path, 0)


@pytest.fixture
def store(monkeypatch):
    made = Store()
    monkeypatch.setattr(swift, 'Account', made)
    return made


@pytest.fixture
def engine(tmp_path):
    return Logs(tmp_path / 'general.log')


@pytest.fixture
def kept(engine, tmp_path, store):
    driver = interfaces.Driver(engine=fakes.FakeEngine([]),
                               tuning=fakes.FakeTuning([]), logs=engine)
    return guest_logs.GuestLogs(driver, 'mariadb', 'i-1', str(tmp_path),
                                str(tmp_path / 'agent.log'),
                                lambda: str(tmp_path), '/ca.pem')


PLACE = publishing.Place(url='http://swift/AUTH_1', token='opens',
                         container='logs', limit_bytes=20, expiry_s=60)


def act(kept, name='general', wait_s=10, **wish):
    return kept.act(name, guest_logs.Wish(**wish), PLACE, wait_s)


def write(engine, text, mode='a'):
    with open(engine.path, mode, encoding='utf-8') as log:
        log.write(text)


def test_publishing_enables_and_sends_whole_lines(kept, engine, store):
    write(engine, 'one\ntwo two two two\nthree\nhalf a li')
    log = act(kept, publish=True)
    assert engine.on
    assert (log['status'], log['published'], log['pending']) == (
        'Partial', 26, 9)
    assert store.text() == b'one\ntwo two two two\nthree\n'
    assert store.ca_file == '/ca.pem'
    assert log['prefix'] == 'i-1/mariadb-general/'
    counts = [found['Lines'] for name, found in sorted(store.meta.items())
              if name.startswith(log['prefix'])]
    assert counts == [2, 1]
    write(engine, 'ne\n')
    assert act(kept, publish=True)['status'] == 'Published'
    assert store.text().endswith(b'three\nhalf a line\n')


@pytest.mark.parametrize('writes', range(8))
def test_a_death_at_any_write_loses_and_doubles_nothing(kept, engine, store,
                                                        writes):
    text = ''.join('line %d\n' % number for number in range(9))
    write(engine, text)
    store.dies_after = writes
    with pytest.raises(swift.StoreAway):
        act(kept, publish=True)
    store.dies_after = None
    write(engine, 'last\n')
    act(kept, publish=True)
    assert store.text().decode() == text + 'last\n'


def test_a_new_or_emptied_file_begins_anew_and_parts_stay(kept, engine,
                                                          store):
    write(engine, 'first\n')
    act(kept, publish=True)
    os.rename(engine.path, engine.path + '.1')
    write(engine, 'first\nsecond\n')
    assert act(kept)['status'] == 'Rotated'
    act(kept, publish=True)
    write(engine, 'third 3\n', mode='w')
    assert act(kept)['status'] == 'Rotated'
    log = act(kept, publish=True)
    assert (log['status'], log['published']) == ('Published', 8)
    assert store.text() == b'first\nfirst\nsecond\nthird 3\n'


def test_secrets_are_masked(kept, engine, store):
    write(engine, "CREATE USER a IDENTIFIED BY 'it''s \\' x'; SELECT 'y'\n"
                  "ALTER ROLE b PASSWORD 'abc'\n")
    kept.act('general', guest_logs.Wish(publish=True),
             dataclasses.replace(PLACE, limit_bytes=1000), 10)
    assert b'it' not in store.text() and b'abc' not in store.text()


def test_no_part_ends_within_a_secret(kept, engine, store):
    write(engine, 'SELECT 1\nALTER ROLE b PASSWORD\n')
    assert act(kept, publish=True)['status'] == 'Partial'
    write(engine, "  'abc'\n" * 9 + 'SELECT 2\n')
    assert act(kept, publish=True)['status'] == 'Published'
    assert b'abc' not in store.text()
    assert store.text().endswith(b'SELECT 2\n')
    for name, found in store.meta.items():
        if name.startswith('i-1/mariadb-general/'):
            assert found['Lines'] == store[name].count(b'\n')


def test_what_is_switched_on_is_noted_where_the_data_lies(kept, tmp_path):
    act(kept, enable=True)
    assert guest_logs.switched_on(str(tmp_path)) == ['general']
    act(kept, disable=True)
    assert guest_logs.switched_on(str(tmp_path)) == []


def test_a_long_publication_goes_on_by_itself(kept, engine, store):
    write(engine, 'x\n' * 100)
    store.held = threading.Event()
    log = act(kept, publish=True, wait_s=0.01)
    assert log['published'] == 0
    again = act(kept, publish=True, wait_s=0.01)    # the same job
    assert again['published'] == 0
    store.held.set()
    assert act(kept, publish=True)['published'] == 200


def test_a_switch_that_waits_for_a_start_says_so_until_it(kept, engine):
    engine.at_start = True
    assert act(kept, enable=True)['status'] == 'Restart Required'
    kept.started()
    assert act(kept)['status'] == 'Unavailable'
    write(engine, '')
    assert act(kept)['status'] == 'Enabled'


def test_discard_takes_all_away(kept, engine, store):
    write(engine, 'one\n')
    act(kept, publish=True)
    log = act(kept, discard=True)
    assert (log['container'], log['published'], log['pending']) == (
        'None', 0, 0)
    assert not store


def test_the_agent_s_log_cannot_be_switched(kept):
    with pytest.raises(guest_logs.NotSwitchable):
        act(kept, 'guest', disable=True)
    with pytest.raises(guest_logs.LogNotFound):
        act(kept, 'nothing', publish=True)
    assert act(kept, 'guest')['type'] == 'SYS'
