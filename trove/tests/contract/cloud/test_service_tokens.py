# SPDX-License-Identifier: Apache-2.0
"""A token of Trove's own beside that of the caller."""

import pytest
import requests
from keystoneauth1 import loading

from trove.cloud import ports
from trove.cloud import session
from trove.common import exception
from trove.tests.contract.cloud import conftest
from trove.tests.contract.cloud import test_objects
from trove.tests.contract.cloud import test_secrets

secrets = test_secrets.secrets
demo = test_secrets.demo

SEND = {'service_user__send_service_user_token': True}


@pytest.fixture
def vouched(networked, used):
    """The cloud of a Trove that sends its own token along."""
    return conftest.noted(networked.connect(**SEND), used)


def tokens(place, service):
    """(caller's, service's token) of each request to a service so far."""
    found = set()
    for request in place.proxy.requests:
        headers = {name.lower(): value
                   for name, value in request.headers.items()}
        if request.service == service:
            found.add((headers.get('x-auth-token'),
                       headers.get('x-service-token')))
    return found


def bearer(place, token):
    """The name of the account that a token is of."""
    answer = place.admin.session.get(
        place.services[0][1] + '/auth/tokens',
        headers={'X-Subject-Token': token})
    return answer.json()['token']['user']['name']


def own_account(place):
    """The name of Trove's own account."""
    return place.conf().service_credentials.username


def test_barbican_gets_both_tokens(networked, vouched, demo):
    ref = demo.store()
    assert vouched.secrets.payload(
        demo.token, ref, 65536) == test_secrets.PAYLOAD
    vouched.secrets.add_consumer(demo.token, ref, 'i-1')
    vouched.secrets.remove_consumer(demo.token, ref, 'i-1')
    (theirs, ours), = tokens(networked, 'key-manager')
    assert theirs == demo.token
    assert bearer(networked, ours) == own_account(networked)


def test_swift_gets_both_tokens_and_the_guest_the_callers_alone(
        networked, vouched):
    tenant = networked.tenant()
    token = tenant.session.get_token()
    found = vouched.objects.account(test_objects.caller(tenant))
    (theirs, ours), = tokens(networked, 'object-store')
    assert (theirs, found.token) == (token, token)
    assert bearer(networked, ours) == own_account(networked)
    assert ours not in repr(found)


def test_nobody_vouches_unless_asked_to(networked):
    tenant = networked.tenant()
    token = tenant.session.get_token()
    networked.cloud.objects.account(test_objects.caller(tenant))
    assert tokens(networked, 'object-store') == {(token, None)}


def test_an_account_of_its_own_can_vouch(networked):
    conf = networked.conf(**SEND, service_user__auth_type='v3password')
    conf.register_opts(loading.get_auth_plugin_conf_options('v3password'),
                       'service_user')
    account = conf.service_credentials
    for name in ('auth_url', 'username', 'password', 'user_domain_name',
                 'project_name', 'project_domain_name'):
        conf.set_override(name, account[name], 'service_user')
    cloud = session.from_conf(conf)
    cloud.compute.zones()
    cloud.objects.account(test_objects.caller(networked.tenant()))
    (_, ours), = tokens(networked, 'object-store')
    assert bearer(networked, ours) == account.username
    assert (ours, None) not in tokens(networked, 'compute')


def test_an_account_that_says_too_little_stops_the_start(networked):
    with pytest.raises(exception.ConfigError, match='service_user'):
        networked.connect(**SEND, service_user__auth_type='v3password')


def test_a_token_that_has_run_out_is_good_beside_ours_only(
        networked, vouched, secrets, demo):
    ref, token = demo.store(), networked.expired_token()
    with pytest.raises(exception.BadRequest):
        secrets.payload(token, ref, 65536)
    assert vouched.secrets.payload(
        token, ref, 65536) == test_secrets.PAYLOAD


@pytest.mark.parametrize('swift_url', [False, True])
def test_a_guest_is_sent_nowhere_with_a_token_that_has_run_out(
        networked, swift_url):
    token = networked.expired_token()
    url = next(url for kind, url in networked.services
               if kind == 'object-store').rpartition('/')[0]
    cloud = networked.connect(**SEND, **(
        {'swift_url': networked.proxy.url(url)} if swift_url else {}))
    with pytest.raises(exception.Forbidden, match='no longer good'):
        cloud.objects.account(
            test_objects.caller(networked.tenant(), token))


def test_that_our_account_is_refused_is_no_fault_of_the_caller(
        networked, demo):
    ref = demo.store()
    cloud = networked.connect(**SEND)
    networked.proxy.fail('identity', r'POST /auth/tokens', 'refused')
    with pytest.raises(ports.CloudDown):
        cloud.secrets.payload(demo.token, ref, 65536)
    assert tokens(networked, 'key-manager') == set()


def test_a_made_up_token_vouches_for_nobody(networked, demo):
    ref = demo.store()
    answer = requests.get(ref, timeout=30, headers={
        'X-Auth-Token': demo.token, 'X-Service-Token': 'no-such-token'},
        verify=networked.admin.config.config.get('cacert') or True)
    assert answer.status_code == 401
