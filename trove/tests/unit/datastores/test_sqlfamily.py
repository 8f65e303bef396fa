# SPDX-License-Identifier: Apache-2.0
"""Names, patterns and hosts of the MySQL family."""

import types

import pytest

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.mariadb.guest import engine as mariadb
from trove.datastores.sqlfamily import rules
from trove.datastores.sqlfamily.guest import hosts
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import quoting
from trove.datastores.sqlfamily.guest import sessions
from trove.guestkit import disks
from trove.guestkit import units
from trove.objects import order

KNOWN = rules.Collations(sets={'utf8mb4': frozenset(('utf8mb4_bin',)),
                               'utf8mb3': frozenset(('utf8mb3_bin',)),
                               'latin1': frozenset(('latin1_bin',))},
                         unicode=frozenset(('uca1400_ai_ci',)))


@pytest.mark.parametrize('text, quoted', [
    ('plain', '`plain`'), ('a`b', '`a``b`'), ('a%b', '`a%%b`'),
    ('`; DROP', '```; DROP`'), ("a'b", "`a'b`"), ('a\\', '`a\\`')])
def test_names_are_quoted(text, quoted):
    assert quoting.name(text) == quoted


@pytest.mark.parametrize('text', ['', 'a\0b'])
def test_what_cannot_be_a_name_is_refused(text):
    with pytest.raises(ValueError):
        quoting.name(text)


@pytest.mark.parametrize('text', ['a_b', 'a%b', 'a\\b', '\\_%', 'plain', ''])
def test_patterns_of_grants_mean_one_database(text):
    assert quoting.from_pattern(quoting.as_pattern(text)) == text


def test_a_grant_escapes_its_wildcards():
    assert quoting.grant_target('a_b') == '`a\\_b`.*'


@pytest.mark.parametrize('ours, engines', [
    ('%', '%'), ('10.0.0.1', '10.0.0.1'), ('10.0.%', '10.0.%'),
    ('10.0.0.0/8', '10.0.0.0/255.0.0.0'),
    ('192.0.2.128/25', '192.0.2.128/255.255.255.128')])
def test_networks_are_written_with_their_mask(ours, engines):
    assert hosts.to_engine(ours) == engines
    assert hosts.from_engine(engines) == ours


@pytest.mark.parametrize('name', [
    'a', 'shop', 'a b', 'a-b_c', 'x?#@y', 'ünï', 'a' * 64])
def test_good_database_names(name):
    rules.check_database(order.DatabaseSpec(name=name), KNOWN)


@pytest.mark.parametrize('name', [
    '', ' a', 'a ', 'a`b', 'a\\b', "a'b", 'a/b', 'a;b', 'a' * 65, 'a\nb',
    '\U0001f600', '?a'])
def test_bad_database_names(name):
    with pytest.raises(exception.BadRequest):
        rules.check_database(order.DatabaseSpec(name=name), KNOWN)


@pytest.mark.parametrize('charset, collation', [
    (None, None), ('utf8mb4', None), (None, 'latin1_bin'),
    ('UTF8', 'utf8_bin'), ('utf8mb4', 'uca1400_ai_ci')])
def test_character_sets_that_fit(charset, collation):
    rules.check_database(order.DatabaseSpec(
        name='d', character_set=charset, collate=collation), KNOWN)


@pytest.mark.parametrize('charset, collation, word', [
    ('klingon', None, 'klingon'), (None, 'klingon_ci', 'klingon_ci'),
    ('latin1', 'utf8mb4_bin', 'does not go'),
    ('latin1', 'uca1400_ai_ci', 'does not go')])
def test_character_sets_that_do_not_fit(charset, collation, word):
    with pytest.raises(exception.BadRequest, match=word):
        rules.check_database(order.DatabaseSpec(
            name='d', character_set=charset, collate=collation), KNOWN)


@pytest.mark.parametrize('name, password', [
    ('ann', 'secret'), ('o%neil', 'p w'), ('a' * 32, 'x' * 255)])
def test_good_users(name, password):
    rules.check_user(order.UserSpec(name=name, password=password), 32)


@pytest.mark.parametrize('name, password', [
    ('', 'pw'), (' ann', 'pw'), ('a' * 33, 'pw'), ("o'neil", 'pw'),
    ('a;b', 'pw'), ('a\tb', 'pw'), ('ann', ''), ('ann', 'x' * 256),
    ('a\x7fb', 'pw'), ('a\U0001f600', 'pw'), ('ann', 'p\x7fw'),
    ('ann', "p'w"), ('ann', 'p\\w'), ('ann', 'p\nw')])
def test_bad_users(name, password):
    with pytest.raises(exception.BadRequest) as caught:
        rules.check_user(order.UserSpec(name=name, password=password), 32)
    assert password == '' or len(password) < 4 or (
        password not in caught.value.message)


class Keeper:
    """A keeper of one unit that is on its way up."""

    def __init__(self, looks):
        self.state = units.State.RUNNING
        self.looks = looks

    def condition(self, unit):
        self.looks -= 1
        return units.Condition(state=self.state)

    def stop(self, unit):
        self.state = units.State.STOPPED

    def answers(self):
        return self.looks <= 0


def an_engine(keeper, tmp_path):
    """MariaDB, kept by this keeper, which also answers for it."""
    return mariadb.MariaDBEngine(
        interfaces.Kit(units=keeper),
        types.SimpleNamespace(mount_point='/d', stop_timeout=1),
        where.places(interfaces.Settings(
            conf=None, root=str(tmp_path), port=None), '/d'),
        keeper, None, None, lambda: None)


def test_an_engine_comes_up_before_it_is_stopped(tmp_path):
    keeper = Keeper(looks=3)
    an_engine(keeper, tmp_path).stop()
    assert keeper.looks == 0
    assert keeper.state is units.State.STOPPED


def test_one_that_does_not_run_is_stopped_at_once(tmp_path):
    keeper = Keeper(looks=3)
    keeper.state = units.State.FAILED
    an_engine(keeper, tmp_path).stop()
    assert keeper.looks == 2


def test_an_upgrade_that_waits_for_room_is_given_up(tmp_path, monkeypatch):
    free = [0, 0, 0, 0, 1 << 30, 0, 0, 0, 0, 0]
    monkeypatch.setattr(disks, 'usage', lambda place: disks.Usage(
        total=1 << 30, used=0, available=free.pop(0)))
    check = an_engine(Keeper(looks=0), tmp_path)._room_checker()
    for _ in range(9):      # room in between: it counts anew
        check()
    with pytest.raises(mariadb.NoRoom, match='Resize'):
        check()


@pytest.mark.parametrize('host, address, covered', [
    ('%', '10.0.0.1', True), ('%', '', True), ('10.0.%', '10.0.7.1', True),
    ('10.0.%', '10.1.0.1', False), ('10.0.0.0/255.0.0.0', '10.9.9.9', True),
    ('10.0.0.0/255.0.0.0', '11.0.0.1', False), ('10.0.0._', '10.0.0.7', True),
    ('2001:db8::/32', '2001:db8::7', True), ('10.0.0.0/8', 'x', False),
    ('a.b', 'axb', False), ('::1', '::1', True)])
def test_the_clients_that_an_account_stands_for(host, address, covered):
    assert sessions.covers(host, address) is covered
