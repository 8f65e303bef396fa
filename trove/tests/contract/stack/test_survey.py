# SPDX-License-Identifier: Apache-2.0
"""What `up --os-cloud` asks of a cloud, and what it makes there."""

import pytest

from localcloud.tests import conftest as localcloud
from stack.inside import survey

BROKER_PORT = 5673


@pytest.fixture
def site(tmp_path):
    """A cloud that has heard of Trove."""
    made = localcloud.Site(tmp_path)
    made.start()
    yield made
    made.stop()


def look(site, user, **wanted):
    """A survey by the account of that user."""
    return survey.Survey(site.connect(user), {
        'port': 8779, 'password_file': str(site.root / 'trove.password'),
        'broker_address': '', 'broker_port': BROKER_PORT,
        'network': 'guests', **wanted})


def networks(site):
    return {one.name for one in site.connect('admin').network.networks()}


def test_a_member_is_told_what_an_administrator_has_to_run(site):
    before = networks(site)
    found = look(site, 'demo')
    assert found.site() is None
    assert [row for row in found.missing if '--user trove' in row] == [
        'openstack role add --user trove --project service admin',
        'openstack role add --user trove --project service service']
    assert any('user create' in row and 'trove' in row
               for row in found.missing)
    assert 'demo is no administrator' in found.said[0]
    assert networks(site) == before


def test_what_an_administrator_has_to_run_makes_the_account_do(site):
    admin = site.connect('admin').identity
    demo = admin.find_user('demo')
    project = admin.find_project('demo')
    assert look(site, 'demo').site() is None
    admin.assign_project_role_to_user(
        project, demo, admin.find_role('admin'))
    assert look(site, 'demo', broker_address='127.0.0.1').site()


def test_a_user_trove_without_the_role_is_told_which_it_lacks(site):
    admin = site.connect('admin').identity
    admin.unassign_project_role_from_user(
        admin.find_project('service'), admin.find_user('trove'),
        admin.find_role('admin'))
    found = look(site, 'trove')
    assert found.site() is None
    assert found.missing == survey.grants('service')


def test_an_account_that_has_all_rights_gets_a_network_and_a_group(site):
    found = look(site, 'trove', broker_address='127.0.0.1').site()
    assert found['broker_address'] == '127.0.0.1'
    again = look(site, 'trove', broker_address='127.0.0.1').site()
    assert again == found
    [group] = found['management_groups']
    assert site.connect('trove').network.get_security_group(
        group).name == survey.GROUP


def test_a_machine_without_a_foot_in_the_network_says_what_to_let_through(
        site):
    with pytest.raises(survey.Stop, match=(
            r'--broker-address, and let TCP port 5673 from that network')):
        look(site, 'trove').site()


def test_an_address_of_another_machine_is_refused(site):
    with pytest.raises(survey.Stop, match='192.0.2.9 is no address of this'):
        look(site, 'trove', broker_address='192.0.2.9').site()


def test_an_entry_without_a_password_is_told(site):
    found = look(site, 'trove')
    del found.auth['password']
    with pytest.raises(survey.Stop, match='username and password'):
        found.site()
