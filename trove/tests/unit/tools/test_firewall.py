# SPDX-License-Identifier: Apache-2.0
"""The rule that lets guests come to RabbitMQ fits the firewall there is."""

import json

import pytest

from stack import commands
from stack import errors
from stack import firewall

SOURCES = ('10.8.0.0/16', '10.9.0.0/16', 'fd00:8::/64')


@pytest.fixture(autouse=True)
def no_older_iptables(monkeypatch, tmp_path):
    place = tmp_path / 'ip_tables_names'
    monkeypatch.setattr(firewall, 'LEGACY', place)
    return place


@pytest.fixture
def ruleset(monkeypatch):
    """Set what nft says."""
    def says(*things):
        text = json.dumps({'nftables': [{'metainfo': {}}, *things]})
        monkeypatch.setattr(commands, 'output', lambda *of, **how: text)
    return says


def chain(family='inet', table='filter', name='input', policy='drop',
          hook='input'):
    return {'chain': {'family': family, 'table': table, 'name': name,
                      'type': 'filter', 'hook': hook, 'policy': policy}}


def rule(*words, family='inet', table='filter', name='input'):
    return {'rule': {'family': family, 'table': table, 'chain': name,
                     'expr': [{word: None} for word in words]}}


def test_a_chain_that_drops_is_told_of_both_kinds_of_addresses(ruleset):
    ruleset(chain(), chain(name='output', hook='output'))
    assert firewall.rules(SOURCES, 5672) == [
        'nft insert rule inet filter input ip saddr '
        '{ 10.8.0.0/16, 10.9.0.0/16 } tcp dport 5672 accept',
        'nft insert rule inet filter input ip6 saddr '
        '{ fd00:8::/64 } tcp dport 5672 accept']
    assert len(firewall.rules(SOURCES[:1], 5672)) == 1


@pytest.mark.parametrize('words, strict', [
    (('match', 'accept'), False), (('match', 'counter', 'reject'), True),
    (('jump',), True), (('drop',), True)])
def test_a_chain_is_told_where_one_of_its_rules_refuses(ruleset, words,
                                                        strict):
    ruleset(chain(policy='accept', table='fence', name='in'),
            rule(*words, table='fence', name='in'))
    assert bool(firewall.rules(SOURCES, 5672)) is strict


def test_chains_of_iptables_are_told_in_its_words(ruleset):
    ruleset(chain('ip', 'filter', 'INPUT'), chain('ip6', 'filter', 'INPUT'))
    assert firewall.rules(SOURCES, 5672) == [
        'iptables -I INPUT -s 10.8.0.0/16 -p tcp --dport 5672 -j ACCEPT',
        'iptables -I INPUT -s 10.9.0.0/16 -p tcp --dport 5672 -j ACCEPT',
        'ip6tables -I INPUT -s fd00:8::/64 -p tcp --dport 5672 -j ACCEPT']


def test_the_older_iptables_is_not_forgotten(ruleset, no_older_iptables):
    no_older_iptables.write_text('filter\n')
    ruleset()
    assert firewall.rules(SOURCES[:1], 5672) == [
        'iptables-legacy -I INPUT -s 10.8.0.0/16 -p tcp --dport 5672 '
        '-j ACCEPT']


def test_one_machine_clouds_and_other_directions_are_not_told(ruleset):
    ruleset(chain(table='tc3_cloud'), chain(table='tc_cloud'),
            chain(hook='forward'),
            chain('bridge'))
    assert firewall.rules(SOURCES, 5672) == []


def test_rules_that_cannot_be_read_are_not_known(monkeypatch, ruleset):
    ruleset()
    assert firewall.rules((), 5672) is None

    def missing(*of, **how):
        raise errors.StackError('there is no command nft')

    monkeypatch.setattr(commands, 'output', missing)
    assert firewall.rules(SOURCES, 5672) is None
