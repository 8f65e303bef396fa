# SPDX-License-Identifier: Apache-2.0
"""/backups and /backup_strategies: seen, checked; taking is not offered."""

import datetime

import pytest

from trove.tests.fixtures import api


@pytest.fixture
def source(service, member):
    """An instance of an engine that can be backed up."""
    made = member.post('/instances', api.create_body(
        datastore={'type': 'replicating'})).json['instance']['id']
    service.become_active(made)
    return made


def body(**changes):
    """A request for a backup."""
    asked = {'name': 'nightly', 'incremental': 0, **changes}
    return {'backup': {name: value for name, value in asked.items()
                       if value is not None}}


def ids(answer):
    """The ids of a page."""
    return [one['id'] for one in answer.json['backups']]


class TestList:
    """B1, B3, I14."""

    def test_a_backup_is_shown_whole(self, service, member, source):
        version = member.get(
            '/instances/' + source).json['instance']['datastore']
        with service.db.reader() as tx:
            version_id = tx.instances.get(source).datastore_version_id
        made = service.add_backup(
            instance_id=source, datastore_version_id=version_id,
            location='http://swift/x', storage_driver='swift')
        shown = member.get('/backups/' + made).json['backup']
        assert shown['datastore'] == {
            'type': version['type'], 'version': version['version'],
            'version_id': version_id}
        assert shown['locationRef'] == 'http://swift/x'
        assert shown['status'] == 'COMPLETED'
        assert ids(member.get('/backups')) == [made]
        assert ids(member.get('/instances/%s/backups' % source)) == [made]

    def test_newest_change_first_in_pages_by_offset(self, make_service):
        service = make_service(backups_page_size=2)
        member = service.caller('member')
        now = service.db.now()
        made = [service.add_backup(
            updated=now - datetime.timedelta(minutes=age))
            for age in range(4)]
        page = member.get('/backups')
        assert ids(page) == made[:2]
        link = page.json['links'][0]['href']
        assert link.endswith('/backups?marker=2')
        last = member.get('/backups?marker=2')
        assert ids(last) == made[2:]
        assert 'links' not in last.json
        assert ids(member.get('/backups?limit=1000')) == made

    @pytest.mark.parametrize('query,code', [
        ('limit=0', 400), ('limit=x', 400), ('marker=abc', 400),
        ('marker=-1', 400), ('datastore=nothing', 404),
        ('all_projects=True', 403), ('project_id=' + api.OTHER, 403)])
    def test_what_cannot_be_listed(self, member, query, code):
        assert api.error(member.get('/backups?' + query))[0] == code

    def test_filters(self, service, member, admin, source):
        mine = service.add_backup(instance_id=source)
        theirs = service.add_backup(tenant_id=api.OTHER)
        gone = service.add_backup(deleted=True)
        assert ids(member.get('/backups?instance_id=' + source)) == [mine]
        assert ids(member.get('/backups?datastore=mariadb')) == []
        assert ids(admin.get('/backups')) == []
        assert set(ids(admin.get('/backups?all_projects=True'))) == {
            mine, theirs}
        assert ids(admin.get('/backups?project_id=' + api.OTHER)) == [theirs]
        assert api.error(member.get('/backups/' + theirs))[0] == 404
        assert api.error(member.get('/backups/' + gone))[0] == 404

    def test_an_instance_without_a_server_has_a_list(self, member):
        made = member.post('/instances', api.create_body()).json['instance']
        assert ids(member.get('/instances/%s/backups' % made['id'])) == []


class TestCreate:
    """B2: checked to the end."""

    @pytest.mark.parametrize('changes,part', [
        ({}, 'backup: name an instance'), ({'name': '-'}, 'backup.name'),
        ({'instance': 'x'}, 'backup.instance'),
        ({'instance': api.NOBODY, 'swift_container': 'a b'},
         'backup.swift_container'),
        ({'instance': api.NOBODY, 'swift_container': 'a;rm'},
         'backup.swift_container'),
        ({'instance': api.NOBODY, 'storage_driver': 'floppy'},
         'storage_driver: must be swift'),
        ({'instance': api.NOBODY, 'incremental': 2}, 'backup.incremental'),
        ({'restore_from': {'size': 1}}, 'backup.restore_from')])
    def test_nonsense_names_its_place(self, member, changes, part):
        code, _, message = api.error(member.post('/backups',
                                                 body(**changes)))
        assert (code, part in message) == (400, True), message

    def test_what_it_is_of_must_be_there(self, service, member, source):
        foreign = service.add_backup(tenant_id=api.OTHER)
        for changes in ({'instance': api.NOBODY},
                        {'instance': source, 'parent_id': foreign},
                        {'restore_from': {
                            'remote_location': 'http://x',
                            'local_datastore_version_id': api.NOBODY,
                            'size': 1}}):
            assert api.error(member.post(
                '/backups', body(**changes)))[0] == 404

    def test_a_parent_is_a_complete_one_of_the_same_instance(
            self, service, member, source):
        other = service.add_backup(instance_id=api.NOBODY)
        assert api.error(member.post('/backups', body(
            instance=source, parent_id=other)))[0] == 400
        failed = service.add_backup(instance_id=source, state='FAILED')
        assert api.error(member.post('/backups', body(
            instance=source, parent_id=failed)))[0] == 409

    def test_one_at_a_time_and_only_when_idle(self, service, member,
                                              source):
        service.add_backup(instance_id=source, state='BUILDING')
        assert api.error(member.post(
            '/backups', body(instance=source)))[0] == 422

    def test_an_engine_without_backups_and_an_engine_with(
            self, service, member, source):
        plain = member.post('/instances',
                            api.create_body()).json['instance']['id']
        service.become_active(plain)
        code, _, message = api.error(member.post(
            '/backups', body(instance=plain)))
        assert (code, 'mariadb' in message) == (501, True)
        code, _, message = api.error(member.post(
            '/backups', body(instance=source)))
        assert (code, 'deployment' in message) == (501, True)
        assert ids(member.get('/backups')) == []
        assert 'backups' not in service.used()

    def test_the_quota_is_held(self, make_service):
        service = make_service(max_backups_per_tenant=0)
        member = service.caller('member')
        made = member.post('/instances', api.create_body(
            datastore={'type': 'replicating'})).json['instance']['id']
        service.become_active(made)
        code, _, message = api.error(member.post(
            '/backups', body(instance=made)))
        assert (code, 'backups' in message) == (413, True)


class TestDelete:
    """B4."""

    @pytest.mark.parametrize('state,days,code', [
        ('BUILDING', 0, 422), ('NEW', 2.9, 422), ('SAVING', 4, 501),
        ('COMPLETED', 0, 501)])
    def test_a_running_one_stays_for_days(self, service, member, state,
                                          days, code):
        made = service.add_backup(
            state=state,
            updated=service.db.now() - datetime.timedelta(days=days))
        assert api.error(member.delete('/backups/' + made))[0] == code
        assert ids(member.get('/backups')) == [made]

    def test_unknown_and_foreign_ones(self, service, member):
        foreign = service.add_backup(tenant_id=api.OTHER)
        for backup_id in (foreign, api.NOBODY, 'by-name'):
            assert api.error(member.delete('/backups/' + backup_id))[0] == (
                404)


class TestRestore:
    """restorePoint of a create request."""

    @pytest.fixture
    def version_id(self, service, source):
        with service.db.reader() as tx:
            return tx.instances.get(source).datastore_version_id

    @staticmethod
    def _ask(member, backup_id, **changes):
        return api.error(member.post('/instances', api.create_body(
            datastore={'type': 'replicating'},
            restorePoint={'backupRef': backup_id}, **changes)))

    @pytest.mark.parametrize('columns,code,part', [
        ({'state': 'BUILDING'}, 409, 'BUILDING'),
        ({'tenant_id': api.OTHER}, 404, 'Backup'),
        ({'datastore_version_id': None}, 400, 'restorePoint'),
        ({'size': 2.5}, 403, 'needs 2.50 GB, and the volume has 2 GB'),
        ({'size': 2}, 501, 'Restoring'), ({}, 501, 'Restoring')])
    def test_what_cannot_be_restored(self, service, member, version_id,
                                     columns, code, part):
        made = service.add_backup(**{'datastore_version_id': version_id,
                                     **columns})
        status, _, message = self._ask(member, made)
        assert (status, part in message) == (code, True), message

    def test_head_room_is_the_operators_choice(self, make_service):
        service = make_service(restore_room_factor=1.5)
        member = service.caller('member')
        with service.db.reader() as tx:
            version_id = tx.datastores.find('replicating').versions[0].id
        made = service.add_backup(datastore_version_id=version_id)
        assert self._ask(member, made)[0] == 403


class TestStrategies:
    """BS1 to BS3."""

    @staticmethod
    def _put(caller, **asked):
        return caller.post('/backup_strategies', {'backup_strategy': asked})

    def test_one_of_the_project_and_one_of_an_instance(self, member,
                                                       source):
        made = self._put(member, swift_container='a')
        assert (made.status_code, made.json['backup_strategy']) == (202, {
            'project_id': api.PROJECT, 'instance_id': '',
            'backend': 'swift', 'swift_container': 'a'})
        self._put(member, swift_container='b', instance_id=source)
        self._put(member, swift_container='c')
        shown = member.get('/backup_strategies').json['backup_strategies']
        assert [(one['instance_id'], one['swift_container'])
                for one in shown] == [('', 'c'), (source, 'b')]
        shown = member.get('/backup_strategies?instance_id=' + source)
        assert len(shown.json['backup_strategies']) == 1
        assert member.delete('/backup_strategies').status_code == 202
        assert member.delete('/backup_strategies').status_code == 202
        shown = member.get('/backup_strategies').json['backup_strategies']
        assert [one['instance_id'] for one in shown] == [source]

    def test_the_dashboard_names_both_in_one_text(self, member, source):
        self._put(member, swift_container='b', instance_id=source)
        assert member.delete('/backup_strategies?project_id=%s%s' % (
            api.PROJECT, source)).status_code == 202
        assert member.get('/backup_strategies').json == {
            'backup_strategies': []}

    def test_an_instance_takes_its_own_along(self, service, member, source):
        self._put(member, swift_container='b', instance_id=source)
        with service.db.writer() as tx:
            tx.instances.mark_deleted(source)
        assert member.get('/backup_strategies').json == {
            'backup_strategies': []}

    def test_other_projects_are_for_operators(self, service, member, admin):
        self._put(member, swift_container='a')
        path = '/backup_strategies?project_id=' + api.PROJECT
        stranger = service.caller('foreign')
        for answer in (stranger.get(path), stranger.delete(path)):
            assert api.error(answer)[0] == 403
        assert len(admin.get(path).json['backup_strategies']) == 1
        admin.delete(path)
        assert admin.get(path).json == {'backup_strategies': []}

    @pytest.mark.parametrize('asked,code', [
        ({}, 400), ({'swift_container': 'a/b'}, 400),
        ({'swift_container': 'a', 'more': 1}, 400),
        ({'swift_container': 'a', 'instance_id': api.NOBODY}, 404)])
    def test_nonsense(self, member, asked, code):
        assert api.error(self._put(member, **asked))[0] == code
