# SPDX-License-Identifier: Apache-2.0
"""POST /instances: what is promised, and every way it is refused."""

import pytest

from trove.cloud.fake import network
from trove.objects import quota
from trove.tests.fixtures import api

SHOP = [{'name': 'shop'}]
APP = {'name': 'app', 'password': 's3cret'}


def test_a_wish_becomes_a_record_a_promise_and_a_reservation(
        service, member):
    answer = member.post('/instances', api.create_body(
        databases=SHOP,
        users=[{**APP, 'host': '10.0.%', 'databases': SHOP}],
        access={'is_public': False, 'allowed_cidrs': ['10.0.0.0/8']}))
    assert answer.status_code == 200
    made = answer.json['instance']
    assert made['status'] == 'BUILD'
    assert made['operating_status'] == ''
    assert made['flavor']['id'] == '1'
    assert made['volume'] == {'size': 2}
    assert made['datastore'] == {'type': 'mariadb', 'version': '10.11',
                                 'version_number': '10.11'}
    assert made['access'] == {'is_public': False,
                              'allowed_cidrs': ['10.0.0.0/8']}
    assert made['region'] == 'RegionOne'
    assert 'password' not in made
    assert service.promises() == [('create_instance', made['id'])]
    assert service.used() == {'instances': 1, 'ram': 512, 'volumes': 2}
    with service.db.reader() as tx:
        promise, = tx.operations.list(instance_id=made['id'])
    assert service.waker.woken == [promise.id]
    assert promise.context['project_id'] == api.PROJECT
    assert promise.arguments['flavor']['ram_mb'] == 512
    assert promise.arguments['image_id'] == 'image-1'
    assert promise.arguments['nics'] == [{
        'network_id': api.NETWORK, 'subnet_id': None, 'ip_address': None}]
    assert promise.arguments['users'] == [{
        'name': 'app', 'password': 's3cret', 'host': '10.0.%',
        'databases': ['shop']}]


def test_defaults_fill_in_what_was_not_said(make_service):
    service = make_service(default_datastore='mariadb')
    answer = service.caller('member').post('/instances', api.create_body(
        datastore=None, nics=None, volume={'size': '3'}, flavorRef=1))
    assert answer.status_code == 200
    assert answer.json['instance']['volume'] == {'size': 3}
    assert answer.json['instance']['datastore']['version'] == '10.11'


class TestNoNetworkIsNamed:
    """The operator has no default one."""

    @pytest.fixture
    def member(self, make_service, monkeypatch):
        self.service = make_service(network__default_network_id=None)
        monkeypatch.setattr(network, 'NETWORKS', {
            'mine': (api.PROJECT, '10.1.0'), 'theirs': (api.OTHER, '10.2.0')})
        return self.service.caller('member')

    def test_the_only_one_goes_without_saying(self, member):
        assert member.post('/instances', api.create_body(
            nics=None)).status_code == 200
        with self.service.db.reader() as tx:
            promise, = tx.operations.list()
        assert promise.arguments['nics'] == [{
            'network_id': 'mine', 'subnet_id': None, 'ip_address': None}]

    @pytest.mark.parametrize(('more', 'said'), [
        ({'shared': (None, '10.3.0')}, 'can use several'),
        ({'mine': (api.OTHER, '10.1.0')}, 'has none yet')])
    def test_there_is_a_choice_or_nothing_to_choose(self, member, more, said):
        network.NETWORKS.update(more)
        status, _, message = api.error(member.post(
            '/instances', api.create_body(nics=None)))
        assert (status, said in message) == (400, True)

    def test_the_operators_own_network_is_nothing_to_choose(self, member):
        network.NETWORKS['mgmt'] = (None, '10.3.0')
        self.service.conf.set_override('management_networks', ['mgmt'])
        assert member.post('/instances', api.create_body(
            nics=None)).status_code == 200


def test_a_version_may_be_named_by_id_alone_or_with_its_number(
        service, member):
    with service.db.reader() as tx:
        store = tx.datastores.find('mariadb')
    twice = [one for one in store.versions if one.name == 'twice']
    for datastore in ({'version': store.default_version_id},
                      {'type': store.id, 'version': '10.11'},
                      {'type': 'mariadb', 'version': twice[0].id},
                      {'type': 'mariadb', 'version': 'twice',
                       'version_number': '2'}):
        answer = member.post('/instances', api.create_body(
            datastore=datastore, volume={'size': 1}))
        assert answer.status_code == 200, answer.json


def test_the_image_may_be_found_by_tags(service, member):
    answer = member.post('/instances', api.create_body(
        datastore={'type': 'mariadb', 'version': '11.8'}))
    assert answer.status_code == 200


def test_local_storage_has_no_volume_and_root_comes_with_its_password(
        service, member):
    answer = member.post('/instances', api.create_body(
        volume=None, datastore={'type': 'local'}))
    made = answer.json['instance']
    assert 'volume' not in made
    with service.db.reader() as tx:
        promise, = tx.operations.list(instance_id=made['id'])
    assert len(made['password']) >= 24
    assert promise.arguments['root_password'] == made['password']
    assert service.used() == {'instances': 1, 'ram': 512}


def test_locality_and_flavor_urls_are_taken(member):
    answer = member.post('/instances', api.create_body(
        locality='anti-affinity', flavorRef='http://x/v1.0/p/flavors/2'))
    assert answer.json['instance']['locality'] == 'anti-affinity'
    assert answer.json['instance']['flavor']['id'] == '2'


def test_a_default_flavor_of_a_bound_version_is_taken(member):
    answer = member.post('/instances', api.create_body(
        flavorRef='2', volume={'size': 1, 'type': 'lvm'},
        datastore={'type': 'mariadb', 'version': 'bound'}))
    assert answer.status_code == 200


REFUSED = {
    # schema
    'no name': ({'name': None}, 400, 'instance: member \'name\''),
    'empty name': ({'name': ''}, 400, 'instance.name'),
    'name of signs': ({'name': '--'}, 400, 'instance.name'),
    'long name': ({'name': 'x' * 256}, 400, 'instance.name'),
    'size zero': ({'volume': {'size': 0}}, 400,
                  'instance.volume.size: must be a whole number of GB, at '
                  'least 1'),
    'size as boolean': ({'volume': {'size': True}}, 400,
                        'instance.volume.size'),
    'size text zero': ({'volume': {'size': '0'}}, 400,
                       'instance.volume.size'),
    'two nics': ({'nics': [{'network_id': api.NETWORK}] * 2}, 400,
                 'instance.nics'),
    'old nic form': ({'nics': [{'port-id': api.NETWORK}]}, 400,
                     'instance.nics[0]: unknown member'),
    'bad locality': ({'locality': 'near'}, 400, 'instance.locality'),
    'bad restore point': ({'restorePoint': {}}, 400,
                          'instance.restorePoint'),
    'bad cidr': ({'access': {'allowed_cidrs': ['999.1.1.1']}}, 400,
                 'instance.access.allowed_cidrs[0]'),
    'bad address': ({'nics': [{'subnet_id': api.SUBNET,
                               'ip_address': '10.9.0.999'}]}, 400,
                    'instance.nics[0].ip_address'),
    # replica combinations
    'replica_count alone': ({'replica_count': 2}, 400, 'replica_of'),
    'replica with flavor': ({'replica_of': api.NOBODY, 'volume': None,
                             'datastore': None}, 400, 'flavorRef'),
    'replica with volume': ({'replica_of': api.NOBODY, 'flavorRef': None,
                             'datastore': None}, 400, 'volume'),
    'replica with datastore': ({'replica_of': api.NOBODY, 'volume': None,
                                'flavorRef': None}, 400, 'datastore'),
    'replica of nothing': ({'replica_of': api.NOBODY, 'flavorRef': None,
                            'volume': None, 'datastore': None}, 404,
                           api.NOBODY),
    'slave_of nothing': ({'slave_of': api.NOBODY, 'flavorRef': None,
                          'volume': None, 'datastore': None}, 404,
                         api.NOBODY),
    # datastore and version
    'no datastore': ({'datastore': None}, 400, 'datastore'),
    'unknown datastore': ({'datastore': {'type': 'oracle'}}, 404, 'oracle'),
    'no default version': ({'datastore': {'type': 'bare'}}, 400,
                           'version of bare'),
    'unknown version': ({'datastore': {'type': 'mariadb',
                                       'version': '9'}}, 404, '9'),
    'unknown version id': ({'datastore': {
        'type': 'mariadb', 'version': api.NOBODY}}, 404, api.NOBODY),
    'inactive version': ({'datastore': {
        'type': 'mariadb', 'version': 'old'}}, 400, 'not active'),
    'ambiguous version': ({'datastore': {
        'type': 'mariadb', 'version': 'twice'}}, 400, 'version_number'),
    'unknown manager': ({'datastore': {
        'type': 'mariadb', 'version': 'alien'}}, 400, 'nobody'),
    # image
    'image missing': ({'datastore': {
        'type': 'mariadb', 'version': 'lost'}}, 400, 'image'),
    # databases and users
    'reserved database': ({'databases': [{'name': 'mysql'}]}, 400, 'mysql'),
    'database twice': ({'databases': SHOP * 2}, 400, 'shop'),
    'bad database name': ({'databases': [{'name': 'a\\b'}]}, 400, 'a\\b'),
    'unknown character set': ({'databases': [
        {'name': 'shop', 'character_set': 'klingon'}]}, 400, 'klingon'),
    'reserved user': ({'users': [{**APP, 'name': 'root'}]}, 400, 'root'),
    'user twice': ({'users': [APP, APP]}, 400, 'app'),
    'user of unknown database': ({'users': [
        {**APP, 'databases': SHOP}]}, 400, 'shop'),
    'user without password': ({'users': [{'name': 'app'}]}, 400,
                              'instance.users[0]'),
    'bad user name': ({'users': [{**APP, 'name': 'a;b'}]}, 400, 'a;b'),
    'bad password': ({'users': [{**APP, 'password': 'a;b'}]}, 400, ''),
    'bad host': ({'users': [{**APP, 'host': 'example.org'}]}, 400,
                 'example.org'),
    # networks and placement
    'empty nic': ({'nics': [{}]}, 400, 'network or a subnet'),
    'address without subnet': ({'nics': [{
        'network_id': api.NETWORK, 'ip_address': '10.9.0.9'}]}, 400,
        'subnet_id'),
    'unknown network': ({'nics': [{'network_id': api.NOBODY}]}, 400,
                        api.NOBODY),
    'foreign network': ({'nics': [{'network_id': api.FOREIGN_NETWORK}]},
                        400, api.FOREIGN_NETWORK),
    'subnet of another network': ({'nics': [{
        'network_id': api.FOREIGN_NETWORK, 'subnet_id': api.SUBNET}]}, 400,
        api.SUBNET),
    'address outside subnet': ({'nics': [{
        'subnet_id': api.SUBNET, 'ip_address': '10.7.0.9'}]}, 400,
        '10.7.0.9'),
    'unknown zone': ({'availability_zone': 'mars'}, 400, 'mars'),
    # flavor and volume
    'no flavor': ({'flavorRef': None}, 400, 'flavor'),
    'unknown flavor': ({'flavorRef': '77'}, 400, '77'),
    'flavor not bound': ({'datastore': {
        'type': 'mariadb', 'version': 'bound'}}, 400, 'flavor 1'),
    'no volume': ({'volume': None}, 400, 'size'),
    'volume too large': ({'volume': {'size': 11}}, 413, '11'),
    'volume not supported': ({'datastore': {'type': 'local'}}, 501,
                             'local'),
    'unknown volume type': ({'volume': {'size': 1, 'type': 'gold'}}, 400,
                            'gold'),
    'volume type not bound': ({
        'flavorRef': '2', 'volume': {'size': 1, 'type': 'gold'},
        'datastore': {'type': 'mariadb', 'version': 'bound'}}, 400, 'lvm'),
    'volume type required': ({
        'flavorRef': '2', 'volume': {'size': 1},
        'datastore': {'type': 'mariadb', 'version': 'bound'}}, 400, 'lvm'),
    'no bound volume type left': ({
        'volume': {'size': 1, 'type': 'lvm'},
        'datastore': {'type': 'mariadb', 'version': 'faded'}}, 400,
        'none of the volume types'),
    'configuration': ({'configuration': api.NOBODY}, 404, api.NOBODY),
    'configuration alias': ({'configuration_id': api.NOBODY}, 404,
                            api.NOBODY),
    # what this release does not offer
    'restore': ({'restorePoint': {'backupRef': api.NOBODY}}, 404, 'Backup'),
    'modules': ({'modules': [{'id': api.NOBODY}]}, 404, 'Module'),
    'other region': ({'region_name': 'Mars'}, 501, 'region'),
}


@pytest.mark.parametrize('case', REFUSED)
def test_a_refused_wish_leaves_nothing(service, member, case):
    changes, code, part = REFUSED[case]
    answer = member.post('/instances', api.create_body(**changes))
    status, _, message = api.error(answer)
    assert (status, part in message) == (code, True), message
    assert service.rows() == 0
    assert service.promises() == []
    assert service.used() == {}
    assert service.cloud.leftovers() == []
    assert service.waker.woken == []


def test_checks_come_in_the_documented_order(service, member):
    """Each body holds one more fault; the first in the order is told."""
    order = (
        ({'volume': {'size': 99}}, 413),
        ({'flavorRef': '77'}, 'flavorRef'),
        ({'nics': [{}]}, 'nics'),
        ({'databases': SHOP * 2}, 'shop'),
        ({'datastore': {'type': 'mariadb', 'version': 'lost'}}, 'image'),
        ({'datastore': {'type': 'oracle'}}, 'oracle'),
        ({'replica_count': 2}, 'replica_count'),
        ({'name': ''}, 'instance.name'))
    changes = {}
    for change, expected in order:
        changes.update(change)
        status, _, message = api.error(
            member.post('/instances', api.create_body(**changes)))
        assert expected in (status, ) or expected in message, message


def test_the_quota_names_every_resource_that_would_be_passed(make_service):
    service = make_service(max_instances_per_tenant=1,
                           max_volumes_per_tenant=2, max_ram_per_tenant=600)
    member = service.caller('member')
    assert member.post('/instances', api.create_body()).status_code == 200
    answer = member.post('/instances', api.create_body())
    code, name, message = api.error(answer)
    assert (code, name) == (413, 'overLimit')
    assert 'Retry-After' not in answer.headers
    for resource in quota.RESOURCES[:3]:
        assert resource in message
    assert service.rows() == 1
    assert len(service.promises()) == 1
    assert service.used() == {'instances': 1, 'ram': 512, 'volumes': 2}


def test_users_and_databases_need_their_own_rules(make_service, tmp_path):
    rules = tmp_path / 'policy.yaml'
    rules.write_text(
        '"instance:extension:user:create": "!"\n')
    service = make_service(policy_file=rules)
    member = service.caller('member')
    assert member.post('/instances', api.create_body(
        databases=SHOP)).status_code == 200
    assert api.error(member.post('/instances', api.create_body(
        users=[APP])))[0] == 403


@pytest.mark.parametrize('kind,code', [('down', 503)])
def test_a_cloud_that_is_down_is_no_fault_of_the_request(
        service, member, kind, code):
    service.cloud.faults.fail('images.show', kind)
    assert api.error(
        member.post('/instances', api.create_body()))[0] == code
    assert service.rows() == 0
    assert member.post('/instances', api.create_body()).status_code == 200


class TestReplicas:
    """Sources that cannot be replicated; making one is not offered yet."""

    @staticmethod
    def _replica(source_id, **more):
        return {'instance': {'name': 'copy', 'replica_of': source_id,
                             **more}}

    @staticmethod
    def _source(member, store='replicating'):
        return member.post('/instances', api.create_body(
            datastore={'type': store})).json['instance']['id']

    def test_an_engine_that_cannot_replicate(self, service, member):
        source = self._source(member, 'mariadb')
        assert api.error(member.post(
            '/instances', self._replica(source)))[0] == 400

    def test_a_source_that_is_busy(self, service, member):
        source = self._source(member)
        assert api.error(member.post(
            '/instances', self._replica(source)))[0] == 422

    def test_a_source_of_somebody_else(self, service, member):
        source = self._source(member)
        foreign = service.caller('foreign')
        assert api.error(foreign.post(
            '/instances', self._replica(source)))[0] == 404

    def test_a_source_that_is_a_replica(self, service, member):
        source, replica = self._source(member), self._source(member)
        service.become_active(replica, replica_of=source)
        assert api.error(member.post(
            '/instances', self._replica(replica)))[0] == 400

    def test_users_of_a_replica(self, service, member):
        source = self._source(member)
        service.become_active(source)
        assert api.error(member.post('/instances', self._replica(
            source, users=[APP])))[0] == 400

    def test_a_good_source_is_told_that_replicas_are_not_offered(
            self, service, member):
        source = self._source(member)
        service.become_active(source)
        assert api.error(member.post(
            '/instances', self._replica(source)))[0] == 501
        assert service.rows() == 1
