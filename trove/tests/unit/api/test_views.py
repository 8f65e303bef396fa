# SPDX-License-Identifier: Apache-2.0
"""Objects to bodies: what is there, what is absent."""

import datetime

from trove.api.v1.views import instances as views
from trove.api.v1.views import viewer as viewers
from trove.objects import instance
from trove.objects import status

NOW = datetime.datetime(2026, 3, 1, 10, 22, 33, 999999)


def viewer(**facts):
    """A member who looks now."""
    return viewers.Viewer(**{
        'base': 'http://x', 'project_id': 'p', 'is_admin': False,
        'now': NOW, 'expiry_s': 90, **facts})


def an_instance(**facts):
    """An active MariaDB with a volume."""
    return instance.Instance(**{
        'id': 'i', 'project_id': 'p', 'name': 'n', 'flavor_id': '2',
        'datastore_version_id': 'v', 'created': NOW, 'updated': NOW,
        'volume_gb': 5, 'server_status': 'ACTIVE',
        'datastore_name': 'mariadb', 'version_name': '10.11',
        'version_number': '10.11.4', 'report': a_report(), **facts})


def a_report(**facts):
    """A fresh report of a healthy guest."""
    return instance.Report(**{
        'status': status.Service.HEALTHY, 'reported_at': NOW,
        'volume_used_gb': 1.0, 'details': {'volume_avail_gb': 3.0},
        **facts})


def test_times_have_whole_seconds_and_no_zone():
    shown = views.show(an_instance(), viewer())
    assert shown['created'] == '2026-03-01T10:22:33'
    assert shown['service_status_updated'] == '2026-03-01T10:22:33'


def test_use_of_the_volume():
    shown = views.show(an_instance(), viewer())
    assert shown['volume'] == {'size': 5, 'used': 1.0,
                               'used_percent': 25.0}


def test_use_is_absent_while_the_guest_is_away_or_silent():
    for facts in ({'task': status.Task.REBOOTING}, {'report': None},
                  {'report': a_report(volume_used_gb=None)}):
        shown = views.show(an_instance(**facts), viewer())
        assert shown['volume'] == {'size': 5}


def test_percent_is_absent_without_block_figures():
    shown = views.show(
        an_instance(report=a_report(details={})), viewer())
    assert shown['volume'] == {'size': 5, 'used': 1.0}


def test_only_an_operator_sees_all_that_a_guest_says():
    words = 'MySQL is down. Last words of its log:\n' + 'no room ' * 99
    found = an_instance(report=a_report(
        status=status.Service.CRASHED, details={'error': words}))
    fault = views.show(found, viewer())['fault']
    assert fault['message'].startswith(
        'MySQL is down. Last words of its log: no room')
    assert fault['details'] is None
    assert words in views.show(found, viewer(is_admin=True))['fault'][
        'details']


def test_local_storage():
    shown = views.show(an_instance(volume_gb=None), viewer())
    assert 'volume' not in shown
    assert shown['local_storage'] == {'used': 1.0}
    assert 'local_storage' not in views.detail(
        an_instance(volume_gb=None), viewer())


def addresses(*pairs):
    """Addresses of (text, type) pairs on one network."""
    return tuple(instance.Address(address=text, type=kind, network_id='n')
                 for text, kind in pairs)


def test_addresses():
    shown = views.basic(an_instance(addresses=addresses(
        ('10.0.0.5', 'private'), ('198.51.100.7', 'public'),
        ('fd00::5', 'private')), hostname='db.example'), viewer())
    assert shown['ip'] == ['10.0.0.5', '198.51.100.7']
    assert shown['addresses'] == [
        {'address': '10.0.0.5', 'type': 'private', 'network': 'n'},
        {'address': '198.51.100.7', 'type': 'public'}]
    assert shown['access'] == {'is_public': True}
    assert shown['hostname'] == 'db.example'


def test_the_operator_hides_addresses():
    found = an_instance(addresses=addresses(
        ('10.0.0.5', 'private'), ('10.9.0.5', 'private')))
    shown = views.basic(found, viewer(ip_regex=r'^10\.',
                                      black_list_regex=r'^10\.9\.'))
    assert shown['ip'] == ['10.0.0.5']
    assert len(views.basic(found, viewer(ip_regex='^9'))['ip']) == 2
    assert 'ip' not in views.basic(
        found, viewer(ip_regex='^9', black_list_regex='^8'))


def test_access_is_what_was_asked_for():
    shown = views.basic(an_instance(access=instance.Access(
        is_public=False, allowed_cidrs=())), viewer())
    assert shown['access'] == {'is_public': False, 'allowed_cidrs': []}
    assert views.basic(an_instance(), viewer())['access'] == {}


def test_replication():
    shown = views.basic(an_instance(replica_of='s', replicas=('r',)),
                        viewer())
    assert shown['replica_of']['id'] == 's'
    assert [one['id'] for one in shown['replicas']] == ['r']


def test_cluster_and_configuration_members():
    shown = views.detail(an_instance(
        cluster_id='c', shard_id='d', configuration_id='g',
        configuration_name='web'), viewer())
    assert (shown['cluster_id'], shown['shard_id']) == ('c', 'd')
    assert shown['configuration']['name'] == 'web'
    assert 'locality' not in shown


def test_a_version_that_is_gone():
    shown = views.basic(an_instance(datastore_name=None, version_name=None,
                                    version_number=None), viewer())
    assert shown['datastore'] == {'type': None, 'version': None}


def test_links_carry_the_callers_project():
    shown = views.basic(an_instance(project_id='other'),
                        viewer(project_id='mine', is_admin=True))
    assert shown['links'][0]['href'] == 'http://x/v1.0/mine/instances/i'
    assert shown['tenant_id'] == 'other'
