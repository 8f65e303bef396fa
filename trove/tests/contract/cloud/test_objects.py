# SPDX-License-Identifier: Apache-2.0
"""Accounts of tenants in the object store, with their own tokens."""

import json
import uuid

import pytest

from trove.common import context
from trove.common import exception
from trove.guestkit.storage import swift as guest_swift
from trove.tests.fixtures import certificates


@pytest.fixture
def tenant(networked):
    return networked.tenant()


def caller(tenant, token=None):
    """A context as the API makes it of a tenant's token."""
    return context.Context(
        project_id=tenant.session.get_project_id(),
        auth_token=token or tenant.session.get_token(), roles=('member',))


@pytest.fixture
def container(tenant):
    """The name of a container; gone with its objects after the test."""
    name = 'trove-test-' + uuid.uuid4().hex
    tenant.object_store.create_container(name)
    yield name
    # What is put together of parts goes before them.
    for found in sorted(tenant.object_store.objects(name), reverse=True,
                        key=lambda one: one.name):
        tenant.object_store.delete_object(found, container=name)
    tenant.object_store.delete_container(name)


def test_a_caller_has_an_account(place):
    if not hasattr(place, 'tenant'):
        found = place.cloud.objects.account(context.Context(
            project_id='p', auth_token='t', roles=()))
        assert found.url.endswith('AUTH_p') and found.token == 't'
        return
    tenant = place.tenant()
    found = place.cloud.objects.account(caller(tenant))
    assert found.url.endswith('AUTH_' + tenant.session.get_project_id())


def test_a_guest_writes_and_reads_with_what_it_is_given(networked, tenant,
                                                        container):
    found = networked.cloud.objects.account(caller(tenant))
    account = guest_swift.Account(found.guest_url, found.token)
    account.put(container, 'log/1', b'hello', expires_s=3600, kind='log')
    assert account.get(container, 'log/1') == b'hello'
    account.delete_below(container, 'log/')
    assert account.get(container, 'log/1') is None


def test_an_object_of_many_parts_is_read_as_one(networked, tenant,
                                                container):
    found = networked.cloud.objects.account(caller(tenant))
    account = guest_swift.Account(found.guest_url, found.token)
    parts = [b'a' * 2 ** 20, b'b' * 2 ** 20, b'c' * 10]
    for number, part in enumerate(parts):
        account.put(container, 'parts/%d' % number, part)
    tenant.object_store.put(
        '/%s/whole?multipart-manifest=put' % container,
        data=json.dumps([{'path': '/%s/parts/%d' % (container, number),
                          'size_bytes': len(part)}
                         for number, part in enumerate(parts)]))
    assert account.get(container, 'whole') == b''.join(parts)


def test_a_token_that_was_taken_back_opens_nothing(networked, tenant):
    token = tenant.session.get_token()
    tenant.session.delete(
        networked.services[0][1] + '/auth/tokens',
        headers={'X-Subject-Token': token})
    with pytest.raises(exception.Forbidden):
        networked.cloud.objects.account(caller(tenant, token))


def test_a_token_that_never_was_one_opens_nothing(networked, tenant):
    with pytest.raises(exception.Forbidden):
        networked.cloud.objects.account(caller(tenant, 'no-such-token'))


def test_a_store_that_is_away_is_told(networked, tenant):
    networked.proxy.fail('object-store', 'HEAD .*', 'down', count=10)
    with pytest.raises(exception.Unavailable):
        networked.cloud.objects.account(caller(tenant))


def test_an_account_is_found_over_tls_with_a_ca_file(networked, tenant,
                                                     tmp_path):
    authority = certificates.Authority(tmp_path / 'ca')
    proxy = networked.another_proxy(
        certificate=authority.issue('cloud', address='127.0.0.1'))
    try:
        found = networked.connect(
            proxy, service_credentials__cafile=authority.file
        ).objects.account(caller(tenant))
        assert found.url.startswith(proxy.address)
        with pytest.raises(exception.Unavailable):
            networked.connect(
                proxy, service_credentials__cafile=certificates.Authority(
                    tmp_path / 'other').file).objects.account(
                        caller(tenant))
    finally:
        proxy.close()
