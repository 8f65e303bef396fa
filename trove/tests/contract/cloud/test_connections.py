# SPDX-License-Identifier: Apache-2.0
"""Ways to the services: versions, certificates, regions, interfaces."""

import json
import uuid

import pytest

from trove.cloud import ports
from trove.tests.contract.cloud import places
from trove.tests.contract.cloud import rest
from trove.tests.contract.cloud import test_ports as usual
from trove.tests.fixtures import certificates

#: An answer that each service gives to somebody with a token.
LOOKS = {
    'compute': lambda cloud: cloud.compute.flavors(),
    'volume': lambda cloud: cloud.volumes.types(),
    'network': lambda cloud: cloud.network.ports(str(uuid.uuid4())),
    'image': lambda cloud: usual.gone(cloud.images.show,
                                      str(uuid.uuid4()))(),
}
OPTIONS = {'compute': 'nova_compute', 'volume': 'cinder',
           'network': 'neutron', 'image': 'glance'}


def highest(version):
    """A service that speaks no higher version."""
    def change(text):
        document = json.loads(text)
        for one in [document.get('version'), *document.get('versions', ())]:
            if one and one.get('version'):
                one['version'] = version
        return json.dumps(document)
    return change


def spoken(place, service):
    """Versions that requests below a service's root asked for."""
    return {request.headers['OpenStack-API-Version'].split()[1]
            for request in place.proxy.requests
            if request.service == service
            and 'OpenStack-API-Version' in request.headers}


@pytest.mark.parametrize('service, option, version', (
    ('compute', 'nova_client_version', '2.60'),
    ('volume', 'cinder_client_version', '3.50')))
def test_the_version_of_the_options_is_spoken(networked, service, option,
                                              version):
    LOOKS[service](networked.connect(**{option: version}))
    assert spoken(networked, service) == {version}


@pytest.mark.parametrize('service, option, version', (
    ('compute', 'nova_client_version', '2.58'),
    ('volume', 'cinder_client_version', '3.43')))
def test_an_older_service_is_asked_for_what_it_speaks(
        networked, service, option, version):
    networked.proxy.change(service, 'GET .*', highest(version))
    LOOKS[service](networked.connect(**{option: version[0] + '.65'}))
    assert spoken(networked, service) == {version}


def test_a_service_that_is_too_old_is_told_with_both_numbers(networked):
    networked.proxy.change('compute', 'GET .*', highest('2.53'))
    with pytest.raises(ports.CloudRefused,
                       match='versions 2.1 to 2.53, at least 2.57'):
        networked.connect().compute.flavors()


@pytest.fixture
def secure(networked, tmp_path):
    """(proxy with a certificate, the file of its authority)."""
    authority = certificates.Authority(tmp_path / 'ca')
    proxy = networked.another_proxy(
        certificate=authority.issue('cloud', address='127.0.0.1'))
    yield proxy, authority.file
    proxy.close()


@pytest.mark.parametrize('service', LOOKS)
def test_services_are_asked_over_tls_with_a_ca_file(networked, secure,
                                                    service):
    proxy, cafile = secure
    LOOKS[service](networked.connect(
        proxy, service_credentials__cafile=cafile))
    assert {request.service for request in proxy.requests} == {
        'identity', service}


@pytest.mark.parametrize('service', LOOKS)
def test_a_certificate_of_another_authority_is_not_trusted(
        networked, secure, tmp_path, service):
    other = certificates.Authority(tmp_path / 'other', name='other CA')
    cloud = networked.connect(
        secure[0], service_credentials__cafile=other.file)
    with pytest.raises(ports.CloudDown, match='not trusted.*cafile'):
        LOOKS[service](cloud)
    assert secure[0].requests == []


def test_certificates_are_not_looked_at_where_that_is_asked(networked,
                                                            secure):
    assert networked.connect(
        secure[0], service_credentials__insecure=True).compute.flavors()


@pytest.fixture
def second_region(networked):
    """The name of a region more, whose endpoints are labelled."""
    yield networked.second_region()
    rest.remove_region(networked.admin, places.SECOND_REGION)


@pytest.mark.parametrize('interface', ('public', 'internal', 'admin'))
def test_the_region_and_interface_of_the_options_are_used(
        networked, second_region, interface):
    cloud = networked.connect(
        service_credentials__region_name=second_region, **{
            option + '_endpoint_type': interface + 'URL'
            for option in OPTIONS.values()})
    for look in LOOKS.values():
        look(cloud)
    asked = {(request.service, request.label)
             for request in networked.proxy.requests
             if request.service in LOOKS
             and request.headers.get('X-Auth-Token')}
    assert asked == {(service, 'two-' + interface) for service in LOOKS}


def test_a_region_that_is_not_there_is_told(networked):
    cloud = networked.connect(service_credentials__region_name='no-such')
    for look in LOOKS.values():
        with pytest.raises(ports.CloudRefused, match='no-such'):
            look(cloud)


@pytest.mark.parametrize('service', LOOKS)
def test_an_address_in_the_options_goes_before_the_catalogue(networked,
                                                             service):
    kinds = {'volume': 'volumev3'}
    url = dict(networked.services)[kinds.get(service, service)]
    url = url.replace(networked.admin.session.get_project_id(),
                      networked.own_project_id)
    LOOKS[service](networked.connect(**{
        OPTIONS[service] + '_url': networked.proxy.url(url, 'by-hand')}))
    assert {request.label for request in networked.proxy.requests
            if request.service == service} == {'by-hand'}
