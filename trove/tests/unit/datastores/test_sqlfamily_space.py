# SPDX-License-Identifier: Apache-2.0
"""How the MySQL family is kept from filling its volume."""

import contextlib
import getpass

import pytest

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import space
from trove.datastores.sqlfamily.guest import tuning
from trove.guestkit import configfiles


class Engine:
    """What is asked of it; it may be away, or be read-only already."""

    def __init__(self):
        self.asked = []
        self.away = False
        self.read_only = False

    @contextlib.contextmanager
    def open(self):
        if self.away:
            raise connection.EngineAway(reason='gone')
        yield self

    def run(self, statement, *values):
        word = ' '.join([statement.split()[0], *map(str, values)])
        self.asked.append(word)
        if word == 'SHOW':
            return (('tx_read_only', 'ON'),) if self.read_only else ()
        if word == 'SET':
            self.read_only = statement.endswith('ONLY')
        if word == 'KILL 7':
            raise connection.StatementRefused(reason='gone', number=1094)
        return ((7,), (8,)) if word == 'SELECT' else ()


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def layers(tmp_path, monkeypatch):
    monkeypatch.setattr(where, 'USER', getpass.getuser())
    made = tuning.layers(where.places(interfaces.Settings(
        conf=None, root=str(tmp_path)), '/data'))
    made.write_base('[mysqld]')
    return made


@pytest.fixture
def brake(engine, layers):
    return space.Brake(layers, engine)


def test_it_holds_now_and_at_the_next_start_and_for_who_is_in(
        engine, layers, brake):
    assert not brake.engaged
    brake.engage()
    assert brake.engaged and engine.read_only
    assert engine.asked == ['SHOW', 'SET', 'SELECT', 'KILL 7', 'KILL 8']
    assert layers.value(configfiles.AFTER_USER,
                        'transaction_read_only') == '1'
    brake.engage()
    assert len(engine.asked) == 5


def test_an_engine_that_is_away_is_told_when_it_is_back(engine, brake):
    engine.away = True
    brake.engage()
    assert brake.engaged and not engine.asked
    engine.away = False
    brake.engage()
    assert engine.read_only


def test_one_that_was_started_so_ends_nobody(engine, brake):
    engine.away = True
    brake.engage()
    engine.away, engine.read_only = False, True
    brake.engage()
    assert engine.asked == ['SHOW']


def test_it_is_released_and_can_be_engaged_again(engine, brake):
    for _ in range(2):
        brake.engage()
        assert engine.read_only
        brake.release()
        assert not brake.engaged and not engine.read_only


def test_what_the_tenant_wants_read_only_stays_so(engine, layers, brake):
    layers.put(configfiles.USER, 'common', {'transaction_read_only': True})
    brake.engage()
    brake.release()
    assert not brake.engaged and engine.read_only


def test_an_engine_that_cannot_be_told_stays_engaged(engine, brake):
    brake.engage()
    engine.away = True
    brake.release()
    assert brake.engaged
    engine.away = False
    brake.release()
    assert not brake.engaged and not engine.read_only
