# SPDX-License-Identifier: Apache-2.0
"""Every path below /v1.0/{project_id}: method, handler, rules, body."""

from trove.api import paging
from trove.api import routing
from trove.api.v1 import backup_routes
from trove.api.v1 import cluster_routes
from trove.api.v1 import configuration_routes
from trove.api.v1 import extra_routes
from trove.api.v1.answers import accounts
from trove.api.v1.answers import catalogue as catalogue_answers
from trove.api.v1.answers import instances as instance_answers
from trove.api.v1.answers import logs as log_answers
from trove.api.v1.answers import mgmt as mgmt_answers
from trove.api.v1.controllers import catalogue
from trove.api.v1.controllers import databases
from trove.api.v1.controllers import datastores
from trove.api.v1.controllers import instance_actions
from trove.api.v1.controllers import instances
from trove.api.v1.controllers import logs
from trove.api.v1.controllers import mgmt
from trove.api.v1.controllers import mgmt_actions
from trove.api.v1.controllers import mgmt_guests
from trove.api.v1.controllers import mgmt_operations
from trove.api.v1.controllers import not_built
from trove.api.v1.controllers import root_user
from trove.api.v1.controllers import users
from trove.api.v1.schemas import databases as database_schemas
from trove.api.v1.schemas import instances as instance_schemas
from trove.api.v1.schemas import logs as log_schemas
from trove.api.v1.schemas import mgmt as mgmt_schemas
from trove.api.v1.schemas import not_built as not_built_schemas
from trove.api.v1.schemas import operations as operation_schemas
from trove.api.v1.schemas import root_user as root_schemas
from trove.api.v1.schemas import users as user_schemas


def table(deps, policy, limiter):
    """All routes; see `routing.Route`."""
    return (*_instances(deps, policy), *_databases(deps, policy),
            *_users(deps, policy), *_root(deps, policy), *_logs(deps, policy),
            *_datastores(deps),
            *_catalogue(deps, limiter), *_mgmt(deps, policy),
            *_operations(deps),
            *configuration_routes.table(deps, policy),
            *backup_routes.table(deps, policy),
            *cluster_routes.table(deps, policy),
            *extra_routes.table(deps, policy), *_not_built())


def _route(method, path, handler, *policy, **more):
    return routing.Route(method=method, path=path, handler=handler,
                         policy=policy, **more)


def _instances(deps, policy):
    one = instances.Instances(deps, policy)
    actions = instance_actions.InstanceActions(deps, policy)
    found = ('include_clustered', 'status', *instances.FILTERS)
    yield _route('GET', '/instances', one.index, 'instance:index',
                 query=paging.PAGED + found, answer=instance_answers.INDEX)
    yield _route('GET', '/instances/detail', one.detail, 'instance:detail',
                 query=paging.PAGED + found,
                 answer=instance_answers.DETAILS)
    yield _route('POST', '/instances', one.create, 'instance:create',
                 body=instance_schemas.CREATE,
                 answer=instance_answers.CREATED)
    yield _route('GET', '/instances/{id}', one.show,
                 answer=instance_answers.SHOW)
    yield _route('PUT', '/instances/{id}', one.put,
                 body=instance_schemas.UPDATE, status=202)
    yield _route('PATCH', '/instances/{id}', one.patch,
                 body=instance_schemas.UPDATE, status=202)
    yield _route('DELETE', '/instances/{id}', one.delete, status=202)
    yield _route('POST', '/instances/{id}/action', actions.act,
                 body=instance_schemas.ACTION, status=202)


def _databases(deps, policy):
    all_ = databases.Databases(deps, policy)
    path = '/instances/{id}/databases'
    yield _route('GET', path, all_.index, query=paging.PAGED,
                 answer=accounts.DATABASES)
    yield _route('POST', path, all_.create, body=database_schemas.CREATE,
                 status=202)
    yield _route('GET', path + '/{name}', all_.show,
                 answer=accounts.DATABASE)
    yield _route('DELETE', path + '/{name}', all_.delete, status=202)


def _users(deps, policy):
    all_ = users.Users(deps, policy)
    path = '/instances/{id}/users'
    yield _route('GET', path, all_.index, query=paging.PAGED,
                 answer=accounts.USERS)
    yield _route('POST', path, all_.create, body=user_schemas.CREATE,
                 status=202)
    yield _route('PUT', path, all_.change_passwords,
                 body=user_schemas.CHANGE_PASSWORDS, status=202)
    # Clients leave the slash of a network as it is: name@10.0.0.0/8.
    for one in (path + '/{user}', path + '/{user}/{length}'):
        yield _route('GET', one, all_.show, answer=accounts.USER)
        yield _route('PUT', one, all_.update, body=user_schemas.UPDATE,
                     status=202)
        yield _route('POST', one, all_.create_one,
                     body=user_schemas.CREATE_ONE, status=202)
        yield _route('DELETE', one, all_.delete, status=202)
        yield _route('GET', one + '/databases', all_.access,
                     answer=accounts.GRANTS)
        yield _route('PUT', one + '/databases', all_.grant,
                     body=user_schemas.GRANT, status=202)
        yield _route('DELETE', one + '/databases/{name}', all_.revoke,
                     status=202)


def _root(deps, policy):
    one = root_user.RootUser(deps, policy)
    path = '/instances/{id}/root'
    yield _route('GET', path, one.show, answer=accounts.ROOT)
    yield _route('POST', path, one.enable, body=root_schemas.ENABLE,
                 answer=accounts.ROOT_ENABLED)
    yield _route('DELETE', path, one.disable, status=204)


def _logs(deps, policy):
    all_ = logs.Logs(deps, policy)
    path = '/instances/{id}/log'
    yield _route('GET', path, all_.index, answer=log_answers.LOGS)
    yield _route('POST', path, all_.act, body=log_schemas.ACTION,
                 answer=log_answers.LOG)


def _datastores(deps):
    all_ = datastores.Datastores(deps)
    version = '/datastores/{datastore}/versions/{version}'
    yield _route('GET', '/datastores', all_.index, 'datastore:index',
                 answer=catalogue_answers.DATASTORES)
    yield _route('GET', '/datastores/{datastore}', all_.show,
                 'datastore:show', answer=catalogue_answers.DATASTORE)
    yield _route('DELETE', '/datastores/{datastore}', all_.delete,
                 'datastore:delete', status=202)
    yield _route('GET', '/datastores/{datastore}/versions', all_.versions,
                 'datastore:version_index',
                 answer=catalogue_answers.VERSIONS)
    yield _route('GET', version, all_.version, 'datastore:version_show',
                 answer=catalogue_answers.VERSION)
    yield _route('GET', '/datastores/versions/{version}',
                 all_.version_by_id, 'datastore:version_show_by_uuid',
                 answer=catalogue_answers.VERSION)
    yield _route('GET', version + '/flavors', all_.flavors,
                 'datastore:list_associated_flavors',
                 answer=catalogue_answers.FLAVORS)
    yield _route('GET', version + '/volume-types', all_.volume_types,
                 'datastore:list_associated_volume_types',
                 answer=catalogue_answers.VOLUME_TYPES)


def _catalogue(deps, limiter):
    all_ = catalogue.Catalogue(deps, limiter)
    yield _route('GET', '/flavors', all_.flavors, 'flavor:index',
                 answer=catalogue_answers.FLAVORS)
    yield _route('GET', '/flavors/{id}', all_.flavor, 'flavor:show',
                 answer=catalogue_answers.FLAVOR)
    yield _route('GET', '/volume-types', all_.volume_types,
                 'volume-type:index', answer=catalogue_answers.VOLUME_TYPES)
    yield _route('GET', '/volume-types/{id}', all_.volume_type,
                 'volume-type:show', answer=catalogue_answers.VOLUME_TYPE)
    yield _route('GET', '/limits', all_.limits, 'limits:index',
                 answer=catalogue_answers.LIMITS)


def _mgmt(deps, policy):
    all_ = mgmt.Mgmt(deps, policy)
    yield _route('GET', '/mgmt/instances', all_.instances,
                 'mgmt:instance:index', answer=mgmt_answers.INSTANCES,
                 query=(*paging.PAGED, 'deleted', 'include_clustered',
                        'project_id'))
    yield _route('GET', '/mgmt/instances/{id}', all_.instance,
                 'mgmt:instance:show', query=('deleted',),
                 answer=mgmt_answers.INSTANCE)
    guests = mgmt_guests.MgmtGuests(deps)
    one = '/mgmt/instances/{id}'
    yield _route('GET', one + '/root', guests.root, 'mgmt:instance:root',
                 answer=mgmt_answers.ROOT_HISTORY)
    yield _route('GET', one + '/hwinfo', guests.hardware,
                 'mgmt:instance:hwinfo', answer=mgmt_answers.HARDWARE)
    yield _route('GET', one + '/diagnostics', guests.diagnostics,
                 'mgmt:instance:diagnostics',
                 answer=mgmt_answers.DIAGNOSTICS)
    yield _route('GET', one + '/rpc_ping', guests.ping,
                 'mgmt:instance:rpc_ping', status=204)
    yield _route('POST', '/mgmt/instances/{id}/action',
                 mgmt_actions.MgmtActions(deps).act,
                 'mgmt:instance:action', body=mgmt_schemas.ACTION,
                 status=202)
    yield _route('GET', '/mgmt/quotas/{project}', all_.show_quotas,
                 answer=mgmt_answers.QUOTAS)
    yield _route('PUT', '/mgmt/quotas/{project}', all_.set_quotas,
                 'quota:update', body=mgmt_schemas.QUOTAS,
                 answer=mgmt_answers.QUOTAS_SET)


def _operations(deps):
    all_ = mgmt_operations.MgmtOperations(deps)
    one = '/mgmt/operations/{id}'
    yield _route('GET', '/mgmt/operations', all_.index,
                 'mgmt:operation:index', answer=mgmt_answers.OPERATIONS,
                 query=(*paging.PAGED, 'instance_id', 'state'))
    yield _route('GET', one, all_.show, 'mgmt:operation:show',
                 answer=mgmt_answers.OPERATION)
    yield _route('POST', one + '/action', all_.act, 'mgmt:operation:action',
                 body=operation_schemas.ACTION, status=202)


def _not_built():
    for method, path, *policy in not_built.ROUTES:
        yield _route(method, path, not_built.refuse, *policy,
                     body=not_built_schemas.check(method, path))
