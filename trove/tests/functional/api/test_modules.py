# SPDX-License-Identifier: Apache-2.0
"""/modules and /instances/{id}/modules."""

import base64

import pytest
import sqlalchemy as sa

from trove.db import tables
from trove.objects.operation import State
from trove.tests.fixtures import api

CONTENTS = base64.b64encode(b'message = secret-greeting').decode()


@pytest.fixture
def instance_id(service, member):
    found = member.post('/instances', api.create_body()).json['instance']
    service.become_active(found['id'])
    with service.db.writer() as tx:
        for one in tx.operations.take('tm', 60, 10):
            tx.operations.finish(one.id, one.fence, State.DONE)
    return found['id']


def create(caller, **asked):
    return caller.post('/modules', {'module': {
        'name': 'greeting', 'module_type': 'ping', 'contents': CONTENTS,
        **asked}})


def made(caller, **asked):
    return create(caller, **asked).json['module']


def update(caller, module, **asked):
    return caller.put('/modules/' + module['id'], {'module': asked})


def apply(caller, instance_id, *modules):
    return caller.post('/instances/%s/modules' % instance_id, {
        'modules': [{'id': one['id']} for one in modules]})


def applied(caller, instance_id, query=''):
    return caller.get('/instances/%s/modules%s' % (instance_id, query)
                      ).json['modules']


def test_a_module_is_made_shown_and_listed(service, member):
    found = made(member, description='hi', datastore={
        'type': 'mariadb', 'version': '10.11'}, live_update=1, apply_order=3)
    assert found['tenant'] == found['tenant_id'] == api.PROJECT
    assert (found['datastore'], found['datastore_version']) == (
        'mariadb', '10.11')
    assert (found['apply_order'], found['live_update']) == (3, True)
    assert (found['is_admin'], found['visible']) == (False, True)
    shown = member.get('/modules/' + found['id']).json['module']
    assert shown == {**found, 'instance_count': 0}
    assert [one['id'] for one in member.get('/modules').json['modules']] == [
        found['id']]
    assert service.caller('admin').get('/modules').status_code == 200
    assert CONTENTS not in member.get('/modules/' + found['id']).text


def test_contents_are_sealed_in_the_database(service, member):
    made(member)
    with service.db.reading() as connection:
        stored = connection.execute(sa.select(
            tables.Module.contents)).scalar()
    assert CONTENTS not in stored


@pytest.mark.parametrize(('asked', 'status'), [
    ({'module_type': 'magic'}, 404), ({'name': ''}, 400),
    ({'contents': ''}, 400), ({'contents': '*'}, 400),
    ({'contents': 'eA==' * (4 * 1024 ** 2) + 'x'}, 400),
    ({'contents': 'eA==' * (5 * 1024 ** 2)}, 413),
    ({'datastore': {'version': '10.11'}}, 400),
    ({'datastore': {'type': 'nosuch'}}, 404), ({'apply_order': 10}, 400),
    ({'all_tenants': 1}, 403), ({'auto_apply': 1}, 403),
    ({'visible': 0}, 403), ({'priority_apply': 1}, 403),
    ({'full_access': 1}, 403), ({'live_update': 'yes'}, 400)])
def test_what_may_not_be_is_refused(member, asked, status):
    assert api.error(create(member, **asked))[0] == status
    assert member.get('/modules').json['modules'] == []


def test_sixteen_mebibytes_come_and_go(service, member, instance_id):
    contents = 'eXl5' * (4 * 1024 ** 2)
    found = made(member, contents=contents)
    assert apply(member, instance_id, found).status_code == 200
    pieces = service.guests.pieces[found['id']]
    assert ''.join(pieces[number] for number in sorted(pieces)) == contents
    [shown] = applied(member, instance_id, '?include_contents=true')
    assert shown['contents'] == contents


def test_an_operator_may_take_less(service, member):
    service.conf.set_override('module_contents_most', 1024)
    assert create(member, contents='x' * 1024).status_code == 200
    assert api.error(create(member, contents='x' * 1025, name='longer'))[
        0] == 400


def test_more_than_an_answer_holds_is_told(member, instance_id):
    contents = 'eXl5' * (4 * 1024 ** 2)
    for number in range(5):
        apply(member, instance_id, made(member, name='m%d' % number,
                                        contents=contents))
    path = '/instances/%s/modules?include_contents=true' % instance_id
    assert api.error(member.get(path))[0] == 413
    assert len(applied(member, instance_id)) == 5


def test_messages_hold_no_more_than_the_broker_is_to_carry(
        service, member, instance_id):
    asked = [made(member, name='m%d' % number, contents='eXl5' * 50000)
             for number in range(3)]
    apply(member, instance_id, *asked)
    assert [len(one) for one in service.guests.orders_of_modules] == [1] * 3
    assert len(service.guests.modules[instance_id]) == 3


def test_the_same_twice_is_refused(member):
    made(member)
    assert api.error(create(member))[0] == 400
    made(member, datastore={'type': 'mariadb'})


def test_modules_of_admins_are_theirs(service, member, admin):
    everybodys = made(admin, all_tenants=1, auto_apply=1)
    hidden = made(admin, name='hidden', all_tenants=1, visible=0)
    assert everybodys['is_admin']
    assert everybodys['tenant'] == 'all'
    assert [one['id'] for one in member.get('/modules').json['modules']] == [
        everybodys['id']]
    assert api.error(member.get('/modules/' + hidden['id']))[0] == 404
    assert api.error(update(member, everybodys, name='x'))[0] == 403
    assert api.error(member.delete('/modules/' + everybodys['id']))[0] == 403
    assert not made(admin, name='open', full_access=1)['is_admin']
    assert api.error(create(admin, name='y', full_access=1,
                            auto_apply=1))[0] == 400


def test_what_is_named_changes(member):
    found = made(member)
    other = base64.b64encode(b'message = other').decode()
    changed = update(member, found, contents=other, type='new_relic_license',
                     datastore={'type': 'mariadb'}).json['module']
    assert changed['md5'] != found['md5']
    assert changed['type'] == 'new_relic_license'
    assert changed['datastore'] == 'mariadb'
    back = update(member, found, all_datastores=1).json['module']
    assert back['datastore'] == 'all'
    assert api.error(update(member, found, all_datastores=1, datastore={
        'type': 'mariadb'}))[0] == 400


def test_modules_are_applied_in_their_turn_and_taken_away(
        service, member, admin, instance_id):
    late, early = made(member, apply_order=9), made(member, name='b',
                                                    apply_order=1)
    first = made(admin, all_tenants=1, priority_apply=1, apply_order=9)
    answer = apply(member, instance_id, late, early, first)
    assert answer.status_code == 200
    assert list(service.guests.modules[instance_id]) == [
        first['id'], early['id'], late['id']]
    found = {one['id']: one for one in applied(member, instance_id)}
    assert found[late['id']]['status'] == 'OK'
    assert found[late['id']]['message'] == 'hello'
    shown = member.get('/modules/' + late['id']).json['module']
    assert shown['instance_count'] == 1
    path = '/instances/%s/modules/' % instance_id
    assert api.error(member.delete(path + first['id']))[0] == 403
    assert member.delete(path + late['id']).status_code == 200
    assert api.error(member.delete(path + late['id']))[0] == 404
    assert len(applied(member, instance_id)) == 2


def test_contents_are_given_but_not_those_of_admins(service, member, admin,
                                                    instance_id):
    own, foreign = made(member), made(admin, all_tenants=1)
    apply(member, instance_id, own, foreign)
    found = {one['id']: one.get('contents') for one in applied(
        member, instance_id, '?include_contents=true')}
    assert found[own['id']] == CONTENTS
    assert base64.b64decode(found[foreign['id']]).startswith(b'The contents')
    assert 'contents' not in applied(member, instance_id)[0]


def test_the_guest_knows_best_when_it_is_asked(service, member, instance_id):
    apply(member, instance_id, made(member))
    service.guests.modules[instance_id].clear()
    assert len(applied(member, instance_id)) == 1
    assert applied(member, instance_id, '?from_guest=true') == []
    assert applied(member, instance_id) == []


@pytest.mark.parametrize('said', [
    None, 'x', [1], [{'id': 'x' * 99, 'md5': 'y', 'status': 'OK'}],
    [{'id': 1}], [{'id': api.NOBODY, 'md5': 'y', 'status': 'OK'}]])
def test_a_guest_can_say_what_it_wants(service, member, instance_id, said):
    service.guests.module_list = lambda instance_id: said
    assert applied(member, instance_id, '?from_guest=true') == []


def test_what_does_not_fit_or_exist_is_not_applied(service, member, foreign,
                                                   instance_id):
    elsewhere = made(member, datastore={'type': 'local'})
    assert api.error(apply(member, instance_id, elsewhere))[0] == 400
    assert api.error(apply(member, instance_id, made(foreign)))[0] == 404
    assert api.error(apply(member, instance_id))[0] == 400
    assert service.guests.modules == {}


@pytest.fixture
def foreign(service):
    return service.caller('foreign')


def test_an_applied_module_is_held_unless_it_is_live(member, instance_id):
    found = made(member)
    apply(member, instance_id, found)
    assert api.error(update(member, found, name='x'))[0] == 403
    assert api.error(member.delete('/modules/' + found['id']))[0] == 403
    live = made(member, name='live', live_update=1)
    apply(member, instance_id, live)
    assert update(member, live, contents='eA==').status_code == 200
    counts = member.get('/modules/%s/instances?count_only=true'
                        % live['id']).json['instances']
    assert [(one['instance_count'], one['current']) for one in counts] == [
        (1, False)]
    listed = member.get('/modules/%s/instances' % live['id']).json
    assert [one['id'] for one in listed['instances']] == [instance_id]
    assert member.delete('/modules/' + live['id']).status_code == 200


def test_a_new_form_is_promised_to_those_that_have_the_old(
        service, member, instance_id):
    live = made(member, live_update=1)
    apply(member, instance_id, live)
    path = '/modules/%s/instances' % live['id']
    assert member.put(path, {'reapply': {}}).status_code == 202
    assert service.promises()[-1][0] != 'apply_modules'
    update(member, live, contents='eA==')
    assert member.put(path, {'reapply': {'batch_size': 1}}
                      ).status_code == 202
    assert service.promises()[-1] == ('apply_modules', instance_id)
    assert api.error(member.put(path, {}))[0] == 400


def test_new_instances_get_what_is_asked_for_and_what_all_get(
        service, member, admin):
    always = made(admin, all_tenants=1, auto_apply=1)
    made(admin, name='other', all_tenants=1, auto_apply=1,
         datastore={'type': 'local'})
    asked = made(member)
    body = api.create_body(modules=[{'id': asked['id']}])
    found = member.post('/instances', body).json['instance']
    with service.db.reader() as tx:
        [work] = tx.operations.list(instance_id=found['id'])
    assert work.arguments['modules'] == [asked['id'], always['id']]
    bad = api.create_body(modules=[{'id': api.NOBODY}])
    assert api.error(member.post('/instances', bad))[0] == 404
