# SPDX-License-Identifier: Apache-2.0
"""Paths of configuration groups, parameters and datastore versions."""

from trove.api import routing
from trove.api.v1.controllers import configurations
from trove.api.v1.controllers import instance_configuration
from trove.api.v1.controllers import mgmt_datastores
from trove.api.v1.controllers import parameters
from trove.api.v1.schemas import configurations as schemas
from trove.api.v1.schemas import datastore_versions as version_schemas


def table(deps, policy):
    """These routes; see `routing.Route`."""
    return (*_groups(deps, policy), *_parameters(deps),
            *_mgmt_parameters(deps), *_versions(deps), *_accounts(deps))


def _route(method, path, handler, *policy, body=None, status=200):
    return routing.Route(method=method, path=path, handler=handler,
                         policy=policy, body=body, status=status)


def _groups(deps, policy):
    all_ = configurations.Configurations(deps, policy)
    one = '/configurations/{id}'
    yield _route('GET', '/configurations', all_.index, 'configuration:index')
    yield _route('POST', '/configurations', all_.create,
                 'configuration:create', body=schemas.CREATE)
    yield _route('GET', one, all_.show)
    yield _route('GET', one + '/instances', all_.instances)
    yield _route('PATCH', one, all_.edit, body=schemas.EDIT)
    yield _route('PUT', one, all_.replace, body=schemas.REPLACE, status=202)
    yield _route('DELETE', one, all_.delete, status=202)
    defaults = instance_configuration.InstanceConfiguration(deps, policy)
    yield _route('GET', '/instances/{id}/configuration', defaults.show)


def _parameters(deps):
    all_ = parameters.Parameters(deps)
    rule = 'configuration-parameter:'
    for path, ending in (
            ('/datastores/{datastore}/versions/{version}', ''),
            ('/datastores/versions/{version}', '_by_version')):
        path += '/parameters'
        yield _route('GET', path, all_.index, rule + 'index' + ending)
        yield _route('GET', path + '/{name}', all_.show,
                     rule + 'show' + ending)


def _mgmt_parameters(deps):
    all_ = parameters.Parameters(deps)
    path = '/mgmt/datastores/versions/{version}/parameters'
    one = path + '/{name}'
    yield _route('GET', path, all_.mgmt_index, 'mgmt:parameter:index')
    yield _route('GET', one, all_.mgmt_show, 'mgmt:parameter:show')
    yield _route('POST', path, all_.create, 'mgmt:parameter:create',
                 body=schemas.PARAMETER)
    yield _route('PUT', one, all_.update, 'mgmt:parameter:update',
                 body=schemas.PARAMETER)
    yield _route('DELETE', one, all_.delete, 'mgmt:parameter:delete',
                 status=204)


def _versions(deps):
    all_ = mgmt_datastores.DatastoreVersions(deps)
    path, rule = '/mgmt/datastore-versions', 'mgmt:datastore_version:'
    yield _route('GET', path, all_.index, rule + 'index')
    yield _route('POST', path, all_.create, rule + 'create',
                 body=version_schemas.CREATE, status=202)
    yield _route('GET', path + '/{id}', all_.show, rule + 'show')
    yield _route('PATCH', path + '/{id}', all_.update, rule + 'update',
                 body=version_schemas.UPDATE, status=202)
    yield _route('DELETE', path + '/{id}', all_.delete, rule + 'delete',
                 status=202)


def _accounts(deps):
    all_ = mgmt_datastores.Accounts(deps)
    yield _route('GET', '/mgmt/accounts', all_.index, 'mgmt:account:index')
    yield _route('GET', '/mgmt/accounts/{project}', all_.show,
                 'mgmt:account:index')
