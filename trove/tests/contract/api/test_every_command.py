# SPDX-License-Identifier: Apache-2.0
"""Every `openstack database` and `openstack datastore` command, once.

A line of `COMMANDS` is a command, its arguments, and what it prints or the
exception that our refusal becomes. One that is in no line fails.
"""

from importlib import metadata

import pytest
from osc_lib import exceptions as osc_exceptions
from troveclient import exceptions

from trove.tests.fixtures import api
from trove.tests.fixtures import clients

NOT_BUILT = exceptions.HttpNotImplemented
#: What a name is looked up in vain as.
MISSING = osc_exceptions.CommandError, exceptions.NotFound

#: Need an object store, a certificate or a workflow service: kept by the
#: tests of these.
ELSEWHERE = {
    'database_backup_execution_delete', 'database_log_list',
    'database_log_save', 'database_log_set', 'database_log_show',
    'database_log_tail', 'database_ssl_disable', 'database_ssl_enable',
    'database_ssl_rollback', 'database_ssl_show',
    'database_instance_rebuild', 'database_instance_upgrade'}

NODE = "flavor=db.small,volume=2,nic='net-id=%s'" % api.NETWORK


def row(**wanted):
    """Holds members of the first row that a list prints."""
    def check(w, found):
        columns, rows = found
        first = dict(zip(columns, next(iter(rows)), strict=True))
        return {name: first[name] for name in
                (key.replace('_', ' ') for key in wanted)} == {
                    key.replace('_', ' '): value
                    for key, value in wanted.items()}
    return check


def empty(w, found):
    """Holds that a list prints nothing."""
    return not list(found[1])


def shows(**wanted):
    """Holds members of what is shown."""
    def check(w, found):
        shown = dict(zip(*found, strict=True))
        return {name: shown[name] for name in wanted} == wanted
    return check


def promised(verb):
    """Holds what was promised last."""
    return lambda w, found: w.verbs()[-1] == verb


def done(w, found):
    """A command that prints nothing."""
    return found is None


COMMANDS = {
    'database_backup_create': (
        'nightly --instance shop-db --incremental', NOT_BUILT),
    'database_backup_delete': ('nightly', osc_exceptions.CommandError),
    'database_backup_list': ('', row(Name='nightly', Status='COMPLETED')),
    'database_backup_list_instance': ('shop-db', row(Name='nightly')),
    'database_backup_show': (
        'nightly', shows(datastore='mariadb', datastore_version='10.11')),
    'database_backup_strategy_create': (
        '--swift-container new', shows(swift_container='new',
                                       instance_id='')),
    'database_backup_strategy_delete': ('', done),
    'database_backup_strategy_list': (
        '', row(Project_ID=api.PROJECT, Swift_Container='here')),
    'database_cluster_create': (
        'gal mariadb 10.11' + (' --instance ' + NODE) * 3, NOT_BUILT),
    'database_cluster_delete': ('gal', MISSING),
    'database_cluster_force_delete': ('gal', MISSING),
    'database_cluster_grow': ('gal --instance ' + NODE, MISSING),
    'database_cluster_list': ('', empty),
    'database_cluster_list_instances': ('gal', MISSING),
    'database_cluster_modules': ('gal', MISSING),
    'database_cluster_reset_status': ('gal', MISSING),
    'database_cluster_show': ('gal', MISSING),
    'database_cluster_shrink': ('gal one', MISSING),
    'database_cluster_upgrade': ('gal 11.8', MISSING),
    'database_configuration_attach': (
        'shop-db web',
        lambda w, found: w.instance().configuration_id == w.group),
    'database_configuration_create': (
        'new {"max_connections":90} --datastore mariadb '
        '--datastore-version 10.11',
        shows(name='new', values='{"max_connections": 90}')),
    'database_configuration_default': (
        'shop-db', lambda w, found: 'max_connections' in found[0]),
    'database_configuration_delete': ('web', done),
    'database_configuration_detach': ('shop-db', done),
    'database_configuration_instances': ('web', empty),
    'database_configuration_list': (
        '', row(Name='web', Datastore_Version_Name='10.11',
                Datastore_Name='mariadb')),
    'database_configuration_parameter_list': (
        '10.11 --datastore mariadb', lambda w, found: 'max_connections' in [
            one[0] for one in found[1]]),
    'database_configuration_parameter_set': (
        '{group} {"max_connections":90}', done),
    'database_configuration_parameter_show': (
        '10.11 max_connections --datastore mariadb',
        shows(name='max_connections', type='integer')),
    'database_configuration_set': ('{group} {"max_connections":90}', done),
    'database_configuration_show': (
        'web', shows(name='web', instance_count=0)),
    'database_db_create': (
        'shop-db more',
        lambda w, found: 'more' in w.guest.databases.kept),
    'database_db_delete': (
        'shop-db shop', lambda w, found: not w.guest.databases.kept),
    'database_db_list': ('shop-db', row(Name='shop')),
    'database_flavor_list': ('', row(Name='db.small', RAM=512)),
    'database_flavor_show': ('db.small', shows(name='db.small', ram=512)),
    'database_instance_create': (
        'new --flavor db.small --size 1 --datastore mariadb '
        '--datastore-version 10.11 --nic net-id=' + api.NETWORK,
        shows(name='new', status='BUILD', datastore='mariadb')),
    'database_instance_delete': ('shop-db', promised('delete_instance')),
    'database_instance_detach': ('shop-db', exceptions.BadRequest),
    'database_instance_eject': ('shop-db', exceptions.BadRequest),
    'database_instance_force_delete': (
        'shop-db', promised('delete_instance')),
    'database_instance_list': (
        '', row(Name='shop-db', Status='ACTIVE', Size=2,
                Operating_Status='HEALTHY', Datastore_Version='10.11',
                Flavor_ID='1')),
    'database_instance_promote': ('shop-db', exceptions.BadRequest),
    'database_instance_reboot': ('shop-db', promised('reboot_instance')),
    'database_instance_reset_status': ('shop-db', done),
    'database_instance_resize_flavor': (
        'shop-db db.medium', promised('resize_flavor')),
    'database_instance_resize_volume': (
        'shop-db 5', promised('resize_volume')),
    'database_instance_restart': ('shop-db', promised('restart_instance')),
    'database_instance_show': (
        'shop-db', shows(datastore='mariadb', datastore_version='10.11',
                         volume=2, volume_used=0.25, status='ACTIVE')),
    'database_instance_update': (
        'shop-db --name new',
        lambda w, found: w.instance().name == 'new'),
    'database_limit_list': (
        '', lambda w, found: {'POST', 'PUT'} <= {
            one[1] for one in found[1]}),
    'database_quota_show': (
        api.PROJECT, row(Resource='instances', In_Use=1)),
    'database_quota_update': (
        api.PROJECT + ' instances 7', shows(instances=7)),
    'database_root_disable': ('shop-db', exceptions.NotFound),
    'database_root_enable': (
        'shop-db --root_password pa55word',
        shows(name='root', password='pa55word')),
    'database_root_show': ('shop-db', shows(is_root_enabled=False)),
    'database_user_create': (
        'shop-db bob s3cret --databases shop',
        lambda w, found: w.guest.users.kept['bob', '%'][1] == {'shop'}),
    'database_user_delete': (
        'shop-db anne', lambda w, found: not w.guest.users.kept),
    'database_user_grant_access': (
        'shop-db anne shop',
        lambda w, found: w.guest.users.kept['anne', '%'][1] == {'shop'}),
    'database_user_list': ('shop-db', row(Name='anne', Host='%')),
    'database_user_revoke_access': (
        'shop-db anne shop', exceptions.NotFound),
    'database_user_show': ('shop-db anne', shows(name='anne', host='%')),
    'database_user_show_access': ('shop-db anne', empty),
    'database_user_update_attributes': (
        'shop-db anne --new_name eve',
        lambda w, found: ('eve', '%') in w.guest.users.kept),
    'datastore_delete': ('mariadb', exceptions.CommandError),
    'datastore_list': (
        '', lambda w, found: 'mariadb' in [one[1] for one in found[1]]),
    'datastore_show': ('mariadb', shows(name='mariadb')),
    'datastore_version_create': (
        '12 mariadb mariadb ' + clients.IMAGE, done),
    'datastore_version_delete': ('{version}', exceptions.CommandError),
    'datastore_version_list': (
        'mariadb', lambda w, found: '10.11' in [
            one[1] for one in found[1]]),
    'datastore_version_set': ('{version} --version-name new', done),
    'datastore_version_show': (
        '10.11 --datastore mariadb', shows(name='10.11')),
}

OPERATORS = ('database_quota_update', 'database_instance_force_delete',
             'database_instance_reset_status', 'database_instance_reboot',
             'datastore_delete', 'datastore_version_create',
             'datastore_version_delete', 'datastore_version_set')

#: By id: an operator's list holds the operator's own instances.
BY_ID = ('database_instance_force_delete',
         'database_instance_reset_status', 'database_instance_reboot')

KNOWN = {one.name: one for one in metadata.entry_points(
    group='openstack.database.v1')}


@pytest.mark.parametrize('name', COMMANDS)
def test_it_prints_what_is_so(world, name):
    text, outcome = COMMANDS[name]
    arguments = text.replace('{version}', world.version).replace(
        '{group}', world.group).split()
    if name in BY_ID:
        arguments[0] = world.server
    trove = world.admin if name in OPERATORS else world.member
    command = KNOWN[name].load()
    if isinstance(outcome, (type, tuple)):
        with pytest.raises(outcome):
            clients.run(command, trove, *arguments)
        return
    found = clients.run(command, trove, *arguments)
    if found is not None:
        found = tuple(found)
        if len(found) == 2:
            found = tuple(tuple(part) for part in found)
    assert outcome(world, found), found


def test_no_command_is_forgotten():
    assert set(KNOWN) - ELSEWHERE == set(COMMANDS)
