# SPDX-License-Identifier: Apache-2.0
"""Networks, ports, security groups and floating addresses, by the SDK."""
import openstack.exceptions
import pytest

from localcloud.host import specs
from localcloud.tests import waiting


def _server(site, connection, image, port):
    server = connection.compute.create_server(
        name='s', image_id=image.id, flavor_id='1',
        networks=[{'port': port.id}])
    return connection.compute.wait_for_server(server, interval=0.02, wait=10)


def test_networks_have_bridges_and_subnets_that_do_not_overlap(site, demo):
    network = demo.network.create_network(name='mine')
    subnet = demo.network.create_subnet(
        network_id=network.id, ip_version=4, cidr='10.90.0.0/24')
    assert site.host.networks[network.id] == ('10.90.0.0/24', '10.90.0.1')
    assert subnet.gateway_ip == '10.90.0.1'
    other = demo.network.create_network(name='other')
    with pytest.raises(openstack.exceptions.BadRequestException):
        demo.network.create_subnet(network_id=other.id, ip_version=4,
                                   cidr='10.90.0.128/25')
    port = demo.network.create_port(network_id=network.id)
    assert port.fixed_ips[0]['ip_address'] == '10.90.0.2'
    with pytest.raises(openstack.exceptions.ConflictException):
        demo.network.delete_network(network, ignore_missing=False)
    demo.network.delete_port(port)
    demo.network.delete_network(network)
    assert network.id not in site.host.networks


def test_an_address_is_given_once(demo):
    network = demo.network.find_network('private')
    wanted = [{'ip_address': '10.77.16.99'}]
    demo.network.create_port(network_id=network.id, fixed_ips=wanted)
    with pytest.raises(openstack.exceptions.ConflictException) as caught:
        demo.network.create_port(network_id=network.id, fixed_ips=wanted)
    assert 'already allocated' in str(caught.value)
    with pytest.raises(openstack.exceptions.BadRequestException):
        demo.network.create_port(network_id=network.id, fixed_ips=[
            {'ip_address': '192.0.2.1'}])


def test_foreign_networks_and_ports_do_not_exist(site, demo):
    network = demo.network.find_network('private')
    port = demo.network.create_port(network_id=network.id)
    alt = site.connect('alt')
    assert alt.network.find_network('private') is None
    assert alt.network.find_port(port.id) is None
    with pytest.raises(openstack.exceptions.NotFoundException):
        alt.network.create_port(network_id=network.id)
    assert site.connect('admin').network.get_port(port).id == port.id


def test_ports_are_found_by_what_they_are(demo):
    network = demo.network.find_network('private')
    ports = [demo.network.create_port(network_id=network.id, name=f'p{i}')
             for i in range(3)]
    demo.network.set_tags(ports[1], ['blue'])
    assert [p.name for p in demo.network.ports(tags='blue')] == ['p1']
    address = ports[2].fixed_ips[0]['ip_address']
    found = demo.network.ports(fixed_ips=f'ip_address={address}')
    assert [p.name for p in found] == ['p2']
    page = demo.network.get('/ports?limit=2&sort_key=name').json()
    assert len(page['ports']) == 2 and page['ports_links']


def test_rules_reach_the_host_when_they_change(site, demo, image):
    network = demo.network.find_network('private')
    group = demo.network.create_security_group(name='db')
    port = demo.network.create_port(
        network_id=network.id, security_group_ids=[group.id])
    _server(site, demo, image, port)
    assert {r.direction for r in site.host.rules[port.id]} == {'egress'}
    rule = demo.network.create_security_group_rule(
        security_group_id=group.id, direction='ingress', ether_type='IPv4',
        protocol='tcp', port_range_min=3306, port_range_max=3306,
        remote_ip_prefix='10.0.0.0/8')
    site.settle()
    assert specs.Rule(
        direction='ingress', protocol='tcp', port_min=3306, port_max=3306,
        remote_cidr='10.0.0.0/8') in site.host.rules[port.id]
    demo.network.delete_security_group_rule(rule)
    site.settle()
    assert {r.direction for r in site.host.rules[port.id]} == {'egress'}
    demo.network.update_port(port, security_groups=[],
                             port_security_enabled=False)
    site.settle()
    assert site.host.rules[port.id] is None


def test_a_remote_group_means_the_addresses_of_its_members(
        site, demo, image):
    network = demo.network.find_network('private')
    group = demo.network.create_security_group(name='peers')
    demo.network.create_security_group_rule(
        security_group_id=group.id, direction='ingress', protocol='tcp',
        port_range_min=1, port_range_max=65535, remote_group_id=group.id)
    first = demo.network.create_port(network_id=network.id,
                                     security_group_ids=[group.id])
    _server(site, demo, image, first)
    second = demo.network.create_port(network_id=network.id,
                                      security_group_ids=[group.id])
    address = second.fixed_ips[0]['ip_address']
    waiting.until(lambda: f'{address}/32' in {
        r.remote_cidr for r in site.host.rules[first.id]})
    demo.network.delete_port(second)
    waiting.until(lambda: f'{address}/32' not in {
        r.remote_cidr for r in site.host.rules[first.id]})


def test_a_group_that_a_port_uses_stays(demo):
    network = demo.network.find_network('private')
    group = demo.network.create_security_group(name='db')
    port = demo.network.create_port(network_id=network.id,
                                    security_group_ids=[group.id])
    with pytest.raises(openstack.exceptions.ConflictException):
        demo.network.delete_security_group(group, ignore_missing=False)
    demo.network.delete_port(port)
    demo.network.delete_security_group(group, ignore_missing=False)


@pytest.mark.parametrize('wrong', [
    {'direction': 'sideways'}, {'protocol': 'smoke'},
    {'protocol': 'tcp', 'port_range_min': 9, 'port_range_max': 1},
    {'port_range_min': 1, 'port_range_max': 2},
    {'remote_ip_prefix': 'everywhere'}])
def test_wrong_rules_are_refused(demo, wrong):
    group = demo.network.create_security_group(name='db')
    order = dict({'security_group_id': group.id, 'direction': 'ingress'},
                 **wrong)
    with pytest.raises(openstack.exceptions.BadRequestException):
        demo.network.create_security_group_rule(**order)


def test_floating_addresses_lead_to_ports(site, demo):
    network = demo.network.find_network('private')
    public = demo.network.find_network('public')
    port = demo.network.create_port(network_id=network.id)
    fixed = port.fixed_ips[0]['ip_address']
    floating = demo.network.create_ip(floating_network_id=public.id,
                                      port_id=port.id)
    site.settle()
    address = floating.floating_ip_address
    assert address.startswith('10.77.32.')
    assert site.host.floating == {address: fixed}
    demo.network.update_ip(floating, port_id=None)
    site.settle()
    assert not site.host.floating
    demo.network.update_ip(floating, port_id=port.id)
    demo.network.delete_port(port)
    site.settle()
    assert not site.host.floating
    demo.network.delete_ip(floating)
    site.settle()
    assert not list(demo.network.ips())


def test_the_quota_of_ports_holds(site, demo, admin):
    project = admin.identity.find_project('demo')
    network = demo.network.find_network('private')
    used = len(list(demo.network.ports(project_id=project.id)))
    admin.network.update_quota(project.id, ports=used + 1)
    demo.network.create_port(network_id=network.id)
    with pytest.raises(openstack.exceptions.ConflictException) as caught:
        demo.network.create_port(network_id=network.id)
    assert 'Quota exceeded' in str(caught.value)


def test_extensions_zones_and_agents_are_told(demo, admin):
    assert demo.network.find_extension('security-group')
    assert [z.name for z in demo.network.availability_zones()][0] == 'nova'
    assert [a.is_alive for a in admin.network.agents()] == [True]
