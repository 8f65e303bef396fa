# SPDX-License-Identifier: Apache-2.0
"""A stack on a cloud that somebody else runs: what it keeps and tells."""

import json

import pytest

from stack import files
from stack import firewall
from stack import oscloud
from stack import report
from stack import services
from stack import settings as settings_module
from stack import site as sites

SITE = sites.Site(
    identity_url='http://192.0.2.1:5000/v3', username='trove',
    password='-', broker_address='192.0.2.9', api_port=8779,
    management_groups=('group',), management_cidrs=('10.8.0.0/16',),
    config_file='/home/me too/clouds.yaml', name='mycloud')


@pytest.fixture
def settings(tmp_path):
    made = settings_module.Settings(home=tmp_path, slot=3)
    files.directory(made.state)
    sites.keep(made, SITE)
    return made


def test_the_cloud_is_remembered(settings):
    assert sites.foreign(settings) == SITE


def test_what_an_older_stack_did_not_keep_is_not_missed(settings):
    facts = json.loads(files.read(sites.path(settings)))
    del facts['management_cidrs']
    files.write(sites.path(settings), json.dumps(facts))
    assert sites.foreign(settings).management_cidrs == ()


@pytest.mark.parametrize('account, cloud', [('', 'mycloud'),
                                            ('demo', 'demo'),
                                            ('a b', "'a b'")])
def test_a_shell_becomes_who_was_named(settings, capsys, account, cloud):
    assert report.environment(settings, account) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "export OS_CLIENT_CONFIG_FILE='/home/me too/clouds.yaml'",
        'export OS_CLOUD=' + cloud]


@pytest.mark.parametrize('rules, sentence', [
    (['nft insert ...', 'iptables ...'],
     'So must the firewall of this machine, until its next start by:\n'
     '    nft insert ...\n    iptables ...\n'),
    ([], 'No firewall of this machine is in the way.'),
    (None, 'and so must the firewall of this machine.')])
def test_what_guests_must_reach_is_named_with_address_port_and_rule(
        settings, monkeypatch, rules, sentence):
    asked = []
    monkeypatch.setattr(firewall, 'rules',
                        lambda *of: asked.append(of) or rules)
    said = oscloud.reachability(settings, SITE)
    assert f'192.0.2.9, TCP port {settings.amqp_port}' in said
    assert sentence in said
    assert asked == [(('10.8.0.0/16',), settings.amqp_port)]


def test_guests_reach_the_object_store_where_the_catalogue_says(
        settings, monkeypatch):
    # Found there: no guest could publish a log, sent to an address that
    # only the one-machine cloud has.
    monkeypatch.setattr(services.broker, 'password', lambda of: '-')

    def written():
        return services._configuration(
            settings, {'management_network': 'network'})

    assert 'guest_swift_url' not in written()
    sites.path(settings).unlink()
    monkeypatch.setattr(services.sites, 'of', lambda of: SITE)
    assert 'guest_swift_url = http://' in written()
