# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/ssl: rules of the request, and what is shown."""

import pytest

from trove.objects import tls
from trove.objects.operation import State
from trove.objects.status import Task
from trove.tests.fixtures import api
from trove.tests.fixtures import certificates
from trove.tests.fixtures import encryption

REF = 'http://keys/v1/secrets/' + api.NOBODY
PASSWORD_REF = 'http://keys/v1/secrets/' + api.NOBODY[:-1] + '1'


@pytest.fixture
def instance_id(service, member):
    service.conf.set_override('agent_call_high_timeout', 1)
    found = member.post('/instances', api.create_body()).json['instance']
    service.become_active(found['id'])
    with service.db.writer() as tx:
        for one in tx.operations.take('tm', 60, 10):
            tx.operations.finish(one.id, one.fence, State.DONE)
    return found['id']


@pytest.fixture
def bundle(service, tmp_path):
    made = encryption.bundle(
        certificates.Authority(tmp_path / 'ca'), password=b'opener')
    service.cloud.secrets.kept = {REF: ('member', made),
                                  PASSWORD_REF: ('member', b'opener')}
    return {'enable': True, 'container_ref': REF,
            'password_ref': PASSWORD_REF}


def act(caller, instance_id, **asked):
    return caller.post('/instances/%s/ssl' % instance_id, {'ssl': asked})


def show(caller, instance_id, query=''):
    return caller.get('/instances/%s/ssl%s' % (instance_id, query))


@pytest.mark.parametrize('asked', [
    {}, {'enable': True, 'disable': True}, {'enable': False},
    {'enable': True}, {'rollback': True},
    {'enable': True, 'container_ref': 'file:///etc/passwd'},
    {'enable': True, 'container_ref': REF[:-1] + '9'},
    {'enable': True, 'container_ref': REF, 'mode': 'off'},
    {'enable': 'yes', 'container_ref': REF},
    {'enable': True, 'container_ref': REF, 'mode': 'best'},
    {'enable': True, 'container_ref': REF}])
def test_what_is_wrong_is_told_and_changes_nothing(
        service, member, instance_id, bundle, asked):
    before = service.promises()
    assert api.error(act(member, instance_id, **asked))[0] == 400
    assert service.promises() == before


@pytest.mark.parametrize('body', [None, {}, {'ssl': 1}, {'ssl': None}, []])
def test_a_body_is_needed(member, instance_id, body):
    answer = member.post('/instances/%s/ssl' % instance_id, body)
    assert api.error(answer)[0] == 400


def test_an_untouched_instance_is_as_it_comes(member, instance_id):
    assert show(member, instance_id).json == {
        'ssl': {'status': 'off', 'mode': 'builtin'}}


def test_a_secret_of_somebody_else_is_not_given(service, instance_id,
                                                bundle):
    service.cloud.secrets.kept[REF] = ('foreign', b'x')
    answer = act(service.caller('member'), instance_id, **bundle)
    assert api.error(answer)[0] == 400


def test_an_accepted_change_that_lasts_is_told_so(
        service, member, instance_id, bundle):
    answer = act(member, instance_id, **bundle)
    assert api.error(answer)[0] == 504
    assert service.promises()[-1] == ('change_tls', instance_id)
    with service.db.reader() as tx:
        assert tx.instances.get(instance_id).task is Task.UPDATING
    assert api.error(act(member, instance_id, **bundle))[0] == 422


def test_a_certificate_is_shown_without_its_key(service, member,
                                                instance_id):
    with service.db.writer() as tx:
        tx.tls.put_pending(instance_id, tls.State(
            mode=tls.Mode.MTLS, bundle=tls.Bundle(
                certificate=encryption.pem(), private_key='very-private',
                authority=encryption.pem())))
        tx.tls.keep(instance_id, None)
    found = show(member, instance_id).json['ssl']
    assert (found['status'], found['mode']) == ('on', 'mtls')
    assert set(found['certificate']) == {'cn', 'expire_at', 'san'}
    answer = show(member, instance_id, '?include_certificate=true')
    assert answer.json['ssl']['certificate']['payload'] == encryption.pem()
    assert 'very-private' not in answer.text
    assert api.error(show(member, instance_id,
                          '?include_certificate=x'))[0] == 400


def test_a_busy_instance_is_left_alone(service, member, instance_id, bundle):
    with service.db.writer() as tx:
        tx.instances.set_task(instance_id, Task.RESIZING)
    assert api.error(act(member, instance_id, disable=True))[0] == 422
    assert api.error(act(member, instance_id, **bundle))[0] == 422


def test_words_that_testers_look_for(service, member, instance_id,
                                     monkeypatch):
    monkeypatch.setattr(service.engines.get('mariadb'), 'tls_can_be_off',
                        False)
    status, _, message = api.error(act(member, instance_id, disable=True))
    assert status == 400
    assert 'Not supported' in message


def test_there_is_no_other_way_to_roll_back(member, instance_id):
    answer = member.post('/instances/%s/ssl/rollback' % instance_id, {})
    assert api.error(answer)[0] == 404
