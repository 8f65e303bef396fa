# SPDX-License-Identifier: Apache-2.0
"""Every method of python-troveclient's v1 modules, once, on the service.

A line of `CALLS` is a method, what it is called with, and what comes of it:
a function that holds the result, or the exception that the library makes of
our refusal. A method that is in no line fails the last test.
"""

import importlib
import inspect
import pkgutil

import pytest
import troveclient.v1
from troveclient import base
from troveclient import exceptions
from troveclient.v1 import accounts
from troveclient.v1 import datastores
from troveclient.v1 import diagnostics
from troveclient.v1 import hosts
from troveclient.v1 import management
from troveclient.v1 import storage

from trove.tests.fixtures import api
from trove.tests.fixtures import clients

NOT_BUILT = exceptions.HttpNotImplemented
MISSING = exceptions.NotFound

NODES = [{'flavorRef': '1', 'volume': {'size': '2'},
          'nics': [{'net-id': api.NETWORK}]}] * 3

#: Managers that the library's client does not make by itself.
MORE = {'accounts': accounts.Accounts,
        'members': datastores.DatastoreVersionMembers,
        'diagnostics': diagnostics.DiagnosticsInterrogator,
        'hwinfo': diagnostics.HwInfoInterrogator,
        'hosts': hosts.Hosts, 'storage': storage.StorageInfo,
        'mgmt_clusters': management.MgmtClusters,
        'mgmt_parameters': management.MgmtConfigurationParameters,
        'mgmt_flavors': management.MgmtFlavors}

#: Talk to the workflow service, take no request, or are tested elsewhere
#: with an object store; `list` of some managers is an empty body.
NO_REQUEST = {
    ('backups', name) for name in (
        'execution_delete', 'execution_list', 'schedule_create',
        'schedule_delete', 'schedule_list', 'schedule_show')} | {
    (name, 'list') for name in (
        'accounts', 'configuration_parameters', 'diagnostics', 'hwinfo',
        'hosts', 'mgmt_clusters', 'mgmt_parameters', 'mgmt_flavors',
        'quota', 'root', 'security_group_rules', 'storage')}

#: Kept by other files: they need what this world does not have.
ELSEWHERE = {('instances', name) for name in (
    'log_action', 'log_generator', 'log_list', 'log_save', 'log_show',
    'module_apply', 'module_query', 'module_remove', 'module_retrieve',
    'modules', 'ssl_disable', 'ssl_enable', 'ssl_rollback', 'ssl_show',
    'upgrade')} | {('modules', name) for name in (
        'create', 'delete', 'get', 'instances', 'list', 'reapply',
        'update')} | {('mgmt_instances', 'rebuild')}


def named(*names):
    """Holds the names of a list."""
    return lambda w, found: [one.name for one in found] == list(names)


def promised(verb):
    """Holds what was promised last."""
    return lambda w, found: w.verbs()[-1] == verb


def nothing(w, found):
    """The answer has no body."""
    return found is None or found == ''


def anything(w, found):
    """It only had to be understood."""
    return True


#: (manager, method): (arguments of the world, what comes of it)
CALLS = {
    ('accounts', 'index'): (
        lambda w: (), lambda w, found: found.accounts == [
            {'id': api.PROJECT, 'num_instances': 1}]),
    ('accounts', 'show'): (
        lambda w: (api.PROJECT,),
        lambda w, found: found.instance_ids == [w.server]),
    ('backup_strategies', 'create'): (
        lambda w: (w.server, 'there'),
        lambda w, found: found.instance_id == w.server),
    ('backup_strategies', 'list'): (
        lambda w: (), lambda w, found: [
            (one.instance_id, one.swift_container, one.backend)
            for one in found] == [('', 'here', 'swift')]),
    ('backup_strategies', 'delete'): (lambda w: (), nothing),
    ('backups', 'create'): (lambda w: ('nightly', w.server), NOT_BUILT),
    ('backups', 'delete'): (lambda w: (w.backup,), NOT_BUILT),
    ('backups', 'get'): (
        lambda w: (w.backup,), lambda w, found: (
            found.status, found.datastore['version_id']) == (
                'COMPLETED', w.version)),
    ('backups', 'list'): (lambda w: (), named('nightly')),
    ('clusters', 'add_shard'): (lambda w: (api.NOBODY,), MISSING),
    ('clusters', 'create'): (
        lambda w: ('gal', 'mariadb', '10.11', NODES), NOT_BUILT),
    ('clusters', 'delete'): (lambda w: (api.NOBODY,), MISSING),
    ('clusters', 'get'): (lambda w: (api.NOBODY,), MISSING),
    ('clusters', 'grow'): (lambda w: (api.NOBODY, NODES), MISSING),
    ('clusters', 'list'): (lambda w: (), named()),
    ('clusters', 'reset_status'): (lambda w: (api.NOBODY,), MISSING),
    ('clusters', 'shrink'): (
        lambda w: (api.NOBODY, [{'id': w.server}]), MISSING),
    ('clusters', 'upgrade'): (lambda w: (api.NOBODY, '11.8'), MISSING),
    ('configuration_parameters', 'get_parameter'): (
        lambda w: ('mariadb', '10.11', 'max_connections'),
        lambda w, found: found.type == 'integer'),
    ('configuration_parameters', 'get_parameter_by_version'): (
        lambda w: (w.version, 'max_connections'),
        lambda w, found: found.min == 10),
    ('configuration_parameters', 'parameters'): (
        lambda w: ('mariadb', '10.11'), lambda w, found: len(found) > 5),
    ('configuration_parameters', 'parameters_by_version'): (
        lambda w: (w.version,), lambda w, found: len(found) > 5),
    ('configurations', 'create'): (
        lambda w: ('more', clients.values(max_connections=90), None,
                   'mariadb', '10.11'),
        lambda w, found: found.values == {'max_connections': 90}),
    ('configurations', 'delete'): (lambda w: (w.group,), nothing),
    ('configurations', 'edit'): (
        lambda w: (w.group, clients.values(max_connections=90)), nothing),
    ('configurations', 'get'): (
        lambda w: (w.group,),
        lambda w, found: found.datastore_version_name == '10.11'),
    ('configurations', 'instances'): (lambda w: (w.group,), named()),
    ('configurations', 'list'): (lambda w: (), named('web')),
    ('configurations', 'update'): (
        lambda w: (w.group, clients.values(max_connections=90), 'new'),
        nothing),
    ('databases', 'create'): (
        lambda w: (w.server, [{'name': 'more'}]),
        lambda w, found: 'more' in w.guest.databases.kept),
    ('databases', 'delete'): (
        lambda w: (w.server, 'shop'),
        lambda w, found: 'shop' not in w.guest.databases.kept),
    ('databases', 'list'): (lambda w: (w.server,), named('shop')),
    ('datastore_versions', 'get'): (
        lambda w: ('mariadb', '10.11'),
        lambda w, found: found.id == w.version),
    ('datastore_versions', 'get_by_uuid'): (
        lambda w: (w.version,), lambda w, found: found.name == '10.11'),
    ('datastore_versions', 'list'): (
        lambda w: ('mariadb',),
        lambda w, found: '10.11' in [one.name for one in found]),
    ('datastore_versions', 'update'): (
        lambda w: ('mariadb', w.version, 'private'), NOT_BUILT),
    ('datastores', 'delete'): (
        lambda w: ('mariadb',), exceptions.BadRequest),
    ('datastores', 'get'): (
        lambda w: ('mariadb',),
        lambda w, found: found.default_version == w.version),
    ('datastores', 'list'): (
        lambda w: (), lambda w, found: 'mariadb' in [
            one.name for one in found]),
    ('diagnostics', 'get'): (
        lambda w: (w.server,), lambda w, found: found.version == '1.2.3'),
    ('flavors', 'get'): (
        lambda w: ('1',), lambda w, found: found.name == 'db.small'),
    ('flavors', 'list'): (lambda w: (), named('db.small', 'db.medium')),
    ('flavors', 'list_datastore_version_associated_flavors'): (
        lambda w: ('mariadb', w.version), named('db.small', 'db.medium')),
    ('hosts', 'get'): (lambda w: ('one',), NOT_BUILT),
    ('hosts', 'index'): (lambda w: (), NOT_BUILT),
    ('hosts', 'update_all'): (lambda w: ('one',), NOT_BUILT),
    ('hwinfo', 'get'): (
        lambda w: (w.server,),
        lambda w, found: found.hwinfo['num_cpus'] > 0),
    ('instances', 'backups'): (lambda w: (w.server,), named('nightly')),
    ('instances', 'configuration'): (
        lambda w: (w.server,),
        lambda w, found: 'max_connections' in found.configuration),
    ('instances', 'create'): (
        lambda w: ('new', '1', {'size': 1}, [], [], None, None, 'mariadb',
                   '10.11', [{'net-id': api.NETWORK}]),
        promised('create_instance')),
    ('instances', 'delete'): (
        lambda w: (w.server,), promised('delete_instance')),
    ('instances', 'eject_replica_source'): (
        lambda w: (w.server,), exceptions.BadRequest),
    ('instances', 'force_delete'): (
        lambda w: (w.server,), promised('delete_instance')),
    ('instances', 'get'): (
        lambda w: (w.server,), lambda w, found: found.status == 'ACTIVE'),
    ('instances', 'list'): (lambda w: (), named('shop-db')),
    ('instances', 'modify'): (
        lambda w: (w.server, w.group),
        lambda w, found: w.instance().configuration_id == w.group),
    ('instances', 'promote_to_replica_source'): (
        lambda w: (w.server,), exceptions.BadRequest),
    ('instances', 'reset_status'): (
        lambda w: (w.server,),
        lambda w, found: w.instance().report.status == 'unknown'),
    ('instances', 'resize_instance'): (
        lambda w: (w.server, '2'), promised('resize_flavor')),
    ('instances', 'resize_volume'): (
        lambda w: (w.server, 5), promised('resize_volume')),
    ('instances', 'restart'): (
        lambda w: (w.server,), promised('restart_instance')),
    ('instances', 'update'): (
        lambda w: (w.server, None, 'new'),
        lambda w, found: w.instance().name == 'new'),
    ('limits', 'list'): (
        lambda w: (), lambda w, found: found[0].verb == 'ABSOLUTE'),
    ('members', 'add'): (
        lambda w: ('mariadb', w.version, api.OTHER), NOT_BUILT),
    ('members', 'delete'): (
        lambda w: ('mariadb', w.version, api.NOBODY), NOT_BUILT),
    ('members', 'get'): (
        lambda w: ('mariadb', w.version, api.NOBODY), NOT_BUILT),
    ('members', 'get_by_tenant'): (
        lambda w: ('mariadb', api.OTHER), NOT_BUILT),
    ('members', 'list'): (lambda w: ('mariadb', w.version), NOT_BUILT),
    ('metadata', 'create'): (lambda w: (w.server, 'a', 1), NOT_BUILT),
    ('metadata', 'delete'): (lambda w: (w.server, 'a'), NOT_BUILT),
    ('metadata', 'edit'): (lambda w: (w.server, 'a', 1), NOT_BUILT),
    ('metadata', 'list'): (lambda w: (w.server,), NOT_BUILT),
    ('metadata', 'show'): (lambda w: (w.server, 'a'), NOT_BUILT),
    ('metadata', 'update'): (lambda w: (w.server, 'a', 'b', 1), NOT_BUILT),
    ('mgmt_clusters', 'index'): (lambda w: (), named()),
    ('mgmt_clusters', 'reset_task'): (lambda w: (api.NOBODY,), MISSING),
    ('mgmt_clusters', 'show'): (lambda w: (api.NOBODY,), MISSING),
    ('mgmt_ds_versions', 'create'): (
        lambda w: ('12', 'mariadb', 'mariadb', clients.IMAGE), nothing),
    ('mgmt_ds_versions', 'delete'): (
        lambda w: (w.version,), exceptions.BadRequest),
    ('mgmt_ds_versions', 'edit'): (
        lambda w: (w.version, None, clients.IMAGE), nothing),
    ('mgmt_ds_versions', 'get'): (
        lambda w: (w.version,),
        lambda w, found: found.datastore_manager == 'mariadb'),
    ('mgmt_ds_versions', 'list'): (
        lambda w: (), lambda w, found: len(found) > 5),
    ('mgmt_flavors', 'create'): (
        lambda w: ('big', 512, 10, 1), NOT_BUILT),
    ('mgmt_instances', 'index'): (lambda w: (), named('shop-db')),
    ('mgmt_instances', 'list'): (lambda w: (), named('shop-db')),
    ('mgmt_instances', 'migrate'): (
        lambda w: (w.server, 'host-2'), promised('migrate_instance')),
    ('mgmt_instances', 'reboot'): (
        lambda w: (w.server,), promised('reboot_instance')),
    ('mgmt_instances', 'reset_task_status'): (
        lambda w: (w.server,), nothing),
    ('mgmt_instances', 'root_enabled_history'): (
        lambda w: (w.server,), lambda w, found: found.enabled == 'Never'),
    ('mgmt_instances', 'show'): (
        lambda w: (w.server,),
        lambda w, found: found.server['id'] == 'server-1'),
    # This guest has no engine to stop: it says what it lacks.
    ('mgmt_instances', 'stop'): (
        lambda w: (w.server,), exceptions.ClientException),
    ('mgmt_instances', 'update'): (lambda w: (w.server,), NOT_BUILT),
    ('mgmt_parameters', 'create'): (
        lambda w: (w.version, 'new_one', 1, 'integer', 9, 1), nothing),
    ('mgmt_parameters', 'delete'): (
        lambda w: (w.version, 'max_connections'), nothing),
    ('mgmt_parameters', 'get_any_parameter_by_version'): (
        lambda w: (w.version, 'max_connections'),
        lambda w, found: found.min_size == 10),
    ('mgmt_parameters', 'list_all_parameter_by_version'): (
        lambda w: (w.version,), lambda w, found: len(found) > 5),
    ('mgmt_parameters', 'modify'): (
        lambda w: (w.version, 'max_connections', 1, 'integer', 9, 1),
        nothing),
    ('quota', 'show'): (
        lambda w: (api.PROJECT,),
        lambda w, found: [one.resource for one in found] == [
            'instances', 'ram', 'volumes', 'backups']),
    ('quota', 'update'): (
        lambda w: (api.PROJECT, {'instances': 3}),
        lambda w, found: found == {'instances': 3}),
    ('root', 'create'): (
        lambda w: (w.server,), lambda w, found: found[0] == 'root'),
    ('root', 'create_cluster_root'): (lambda w: (api.NOBODY,), MISSING),
    ('root', 'create_instance_root'): (
        lambda w: (w.server, 'pa55word'),
        lambda w, found: tuple(found) == ('root', 'pa55word')),
    ('root', 'delete'): (lambda w: (w.server,), MISSING),
    ('root', 'disable_instance_root'): (lambda w: (w.server,), MISSING),
    ('root', 'is_cluster_root_enabled'): (lambda w: (api.NOBODY,), MISSING),
    ('root', 'is_instance_root_enabled'): (
        lambda w: (w.server,), lambda w, found: found.rootEnabled is False),
    ('root', 'is_root_enabled'): (
        lambda w: (w.server,), lambda w, found: found.rootEnabled is False),
    ('security_group_rules', 'create'): (
        lambda w: (api.NOBODY, '10.0.0.0/8'), NOT_BUILT),
    ('security_group_rules', 'delete'): (lambda w: (api.NOBODY,), NOT_BUILT),
    ('security_groups', 'get'): (lambda w: (w.server,), NOT_BUILT),
    ('security_groups', 'list'): (lambda w: (), NOT_BUILT),
    ('storage', 'index'): (lambda w: (), NOT_BUILT),
    ('users', 'change_passwords'): (
        lambda w: (w.server, [{'name': 'anne', 'password': 'new1'}]),
        lambda w, found: w.guest.users.kept['anne', '%'][0] == 'new1'),
    ('users', 'create'): (
        lambda w: (w.server, [{'name': 'bob', 'password': 'x1'}]),
        lambda w, found: ('bob', '%') in w.guest.users.kept),
    ('users', 'delete'): (
        lambda w: (w.server, 'anne'),
        lambda w, found: not w.guest.users.kept),
    ('users', 'get'): (
        lambda w: (w.server, 'anne'), lambda w, found: found.host == '%'),
    ('users', 'grant'): (
        lambda w: (w.server, 'anne', ['shop']),
        lambda w, found: w.guest.users.kept['anne', '%'][1] == {'shop'}),
    ('users', 'list'): (lambda w: (w.server,), named('anne')),
    ('users', 'list_access'): (lambda w: (w.server, 'anne'), named()),
    ('users', 'revoke'): (lambda w: (w.server, 'anne', 'shop'), MISSING),
    ('users', 'update_attributes'): (
        lambda w: (w.server, 'anne', {'name': 'eve'}),
        lambda w, found: ('eve', '%') in w.guest.users.kept),
    ('volume_types', 'get'): (
        lambda w: ('lvm',), lambda w, found: found.name == 'lvm'),
    ('volume_types', 'list'): (lambda w: (), named('lvm')),
    ('volume_types', 'list_datastore_version_associated_volume_types'): (
        lambda w: ('mariadb', w.version), named('lvm')),
}

#: Inherited from the public ones: the same request.
SAME = {('mgmt_parameters', name) for name in (
    'get_parameter', 'get_parameter_by_version', 'parameters',
    'parameters_by_version')}

#: What only operators may.
OPERATORS = ('accounts', 'members', 'diagnostics', 'hwinfo', 'hosts',
             'storage', 'mgmt_', 'datastores.delete',
             'datastore_versions.update', 'quota.update',
             'instances.reset_status', 'instances.force_delete')


@pytest.mark.parametrize('what', CALLS, ids='.'.join)
def test_it_is_understood(world, what):
    manager, method = what
    arguments, outcome = CALLS[what]
    operator = '%s.%s' % (manager, method)
    trove = world.admin if operator.startswith(OPERATORS) else world.member
    found = (MORE[manager](trove) if manager in MORE
             else getattr(trove, manager))
    call = getattr(found, method)
    if isinstance(outcome, type):
        with pytest.raises(outcome) as caught:
            call(*arguments(world))
        assert caught.value.message
        assert 'req-' in str(caught.value)
        return
    result = call(*arguments(world))
    assert outcome(world, result), result


def test_no_method_is_forgotten(world):
    managers = {type(found): name for name, found in vars(
        world.member).items() if isinstance(found, base.Manager)}
    managers.update({kind: name for name, kind in MORE.items()})
    forgotten = []
    for entry in pkgutil.iter_modules(troveclient.v1.__path__):
        module = importlib.import_module('troveclient.v1.' + entry.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if (kind.__module__ != module.__name__
                    or not issubclass(kind, base.Manager)):
                continue
            forgotten += [(managers[kind], name) for name, method
                          in inspect.getmembers(kind, inspect.isfunction)
                          if not name.startswith('_')
                          and method.__module__.startswith('troveclient.v1')]
    assert set(forgotten) - NO_REQUEST - ELSEWHERE - SAME == set(CALLS)
