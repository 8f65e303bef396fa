# SPDX-License-Identifier: Apache-2.0
"""Datastores: made again they change, names are found or refused."""

import pytest

from trove.db.repos import datastores
from trove.objects import datastore
from trove.tests.fixtures import database


def test_a_version_made_again_is_changed(db):
    first = database.a_version(db, image_id='i1', image_tags=('a', 'b'))
    second = database.a_version(db, image_id='i2', active=False,
                                packages=('p',))
    assert first.id == second.id and first.number == first.name
    assert (first.image_id, first.image_tags) == ('i1', ('a', 'b'))
    assert (second.image_id, second.image_tags, second.packages,
            second.active) == ('i2', (), ('p',), False)


def test_a_default_version_is_set_by_name_and_taken_back(db):
    version = database.a_version(db)
    with db.writer() as tx:
        store = tx.datastores.put_datastore('mariadb', '10.11')
        assert store.default_version_id == version.id
        assert tx.datastores.put_datastore('mariadb') == store
        assert tx.datastores.put_datastore(
            'mariadb', '').default_version_id is None
        with pytest.raises(datastores.VersionNotFound):
            tx.datastores.put_datastore('mariadb', 'none such')


def test_versions_of_one_name_are_told_apart_by_number(db):
    one = database.a_version(db, number='10.11.6')
    two = database.a_version(db, number='10.11.8')
    with db.reader() as tx:
        store = tx.datastores.find('mariadb')
        find = tx.datastores.version
        assert find(store.id, '10.11', '10.11.8') == two
        assert find('mariadb', one.id) == one
        with pytest.raises(datastores.VersionAmbiguous):
            find(store.id, '10.11')
        with pytest.raises(datastores.VersionNotFound):
            find(store.id, '10.11', '10.11.9')
        with pytest.raises(datastores.DatastoreNotFound):
            find('mysql', '10.11')
        assert tx.datastores.version_by_id(two.id) == two
        with pytest.raises(datastores.VersionNotFound):
            tx.datastores.version_by_id('none such')


def test_names_differ_by_case(db):
    database.a_version(db)
    with db.writer() as tx:
        tx.datastores.put_datastore('MariaDB')
        assert {one.name for one in tx.datastores.list()} == {
            'MariaDB', 'mariadb'}


def test_the_active_list_hides_what_is_inactive(db):
    database.a_version(db, '10.11')
    database.a_version(db, '11.8', active=False)
    with db.writer() as tx:
        tx.datastores.put_datastore('empty')
        assert {one.name: [each.name for each in one.versions]
                for one in tx.datastores.list(active_only=True)} == {
                    'mariadb': ['10.11']}
        assert {one.name: len(one.versions)
                for one in tx.datastores.list()} == {
                    'mariadb': 2, 'empty': 0}


def test_a_version_is_bound_to_flavors_and_volume_types(db):
    version = database.a_version(db)
    with db.writer() as tx:
        for _ in range(2):
            tx.datastores.bind_flavors(version.id, ('1', '2'))
        tx.datastores.bind_volume_types(version.id, ('fast',))
        assert tx.datastores.unbind_flavor(version.id, '1')
        assert not tx.datastores.unbind_flavor(version.id, '1')
        found = tx.datastores.version_by_id(version.id)
        assert (found.flavor_ids, found.volume_types) == (('2',), ('fast',))
        assert tx.datastores.unbind_volume_type(version.id, 'fast')


def parameter(version, name='port', **values):
    return datastore.Parameter(**{
        'name': name, 'version_id': version.id, 'type': 'integer',
        'restart_required': True, 'minimum': '1', 'maximum': '65535',
        **values})


def test_parameters_are_stored_replaced_and_removed(db):
    version = database.a_version(db)
    one, two = parameter(version), parameter(version, 'zone', minimum=None)
    with db.writer() as tx:
        tx.datastores.put_parameters(version.id, [one, two])
        assert tx.datastores.parameters(version.id) == [one, two]
        changed = parameter(version, restart_required=False)
        tx.datastores.put_parameters(version.id, [changed])
        assert tx.datastores.parameters(version.id) == [changed, two]
        assert tx.datastores.remove_parameters(version.id, 'zone') == 1
        assert tx.datastores.remove_parameters(version.id) == 1
        assert tx.datastores.parameters(version.id) == []


def test_a_version_in_use_stays(db):
    version = database.a_version(db)
    instance = database.an_instance(db, datastore_version_id=version.id)
    with db.writer() as tx:
        tx.datastores.put_datastore('mariadb', version.name)
        tx.datastores.put_parameters(version.id, [parameter(version)])
        with pytest.raises(datastores.VersionInUse):
            tx.datastores.remove_version(version.id)
        tx.instances.mark_deleted(instance.id)
        tx.datastores.remove_version(version.id)
        assert tx.datastores.find('mariadb').default_version_id is None
        store = tx.datastores.find('mariadb')
        assert not store.versions
        tx.datastores.remove_datastore(store.id)
        assert tx.datastores.list() == []


def test_a_version_changes_in_part(db):
    version = database.a_version(db, image_id='i1')
    with db.writer() as tx:
        changed = tx.datastores.change_version(
            version.id, active=False, image_tags=('x',))
        assert (changed.active, changed.image_tags, changed.image_id) == (
            False, ('x',), 'i1')
        with pytest.raises(datastores.VersionNotFound):
            tx.datastores.change_version('none such', active=True)
