# SPDX-License-Identifier: Apache-2.0
"""Paths of configuration groups, parameters and datastore versions."""

from trove.api import paging
from trove.api import routing
from trove.api.v1.answers import configurations as answers
from trove.api.v1.answers import instances as instance_answers
from trove.api.v1.answers import mgmt as mgmt_answers
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


def _route(method, path, handler, *policy, **more):
    return routing.Route(method=method, path=path, handler=handler,
                         policy=policy, **more)


def _groups(deps, policy):
    all_ = configurations.Configurations(deps, policy)
    one = '/configurations/{id}'
    yield _route('GET', '/configurations', all_.index, 'configuration:index',
                 query=paging.PAGED, answer=answers.INDEX)
    yield _route('POST', '/configurations', all_.create,
                 'configuration:create', body=schemas.CREATE,
                 answer=answers.SHOW)
    yield _route('GET', one, all_.show, answer=answers.SHOW)
    yield _route('GET', one + '/instances', all_.instances,
                 query=paging.PAGED, answer=answers.INSTANCES)
    yield _route('PATCH', one, all_.edit, body=schemas.EDIT)
    yield _route('PUT', one, all_.replace, body=schemas.REPLACE, status=202)
    yield _route('DELETE', one, all_.delete, status=202)
    defaults = instance_configuration.InstanceConfiguration(deps, policy)
    yield _route('GET', '/instances/{id}/configuration', defaults.show,
                 answer=instance_answers.CONFIGURATION)


def _parameters(deps):
    all_ = parameters.Parameters(deps)
    rule = 'configuration-parameter:'
    for path, ending in (
            ('/datastores/{datastore}/versions/{version}', ''),
            ('/datastores/versions/{version}', '_by_version')):
        path += '/parameters'
        yield _route('GET', path, all_.index, rule + 'index' + ending,
                     answer=answers.PARAMETERS)
        yield _route('GET', path + '/{name}', all_.show,
                     rule + 'show' + ending, answer=answers.PARAMETER)


def _mgmt_parameters(deps):
    all_ = parameters.Parameters(deps)
    path = '/mgmt/datastores/versions/{version}/parameters'
    one = path + '/{name}'
    yield _route('GET', path, all_.mgmt_index, 'mgmt:parameter:index',
                 answer=answers.MGMT_PARAMETERS)
    yield _route('GET', one, all_.mgmt_show, 'mgmt:parameter:show',
                 answer=answers.MGMT_PARAMETER)
    yield _route('POST', path, all_.create, 'mgmt:parameter:create',
                 body=schemas.PARAMETER, answer=answers.MGMT_PARAMETER)
    yield _route('PUT', one, all_.update, 'mgmt:parameter:update',
                 body=schemas.PARAMETER, answer=answers.MGMT_PARAMETER)
    yield _route('DELETE', one, all_.delete, 'mgmt:parameter:delete',
                 status=204)


def _versions(deps):
    all_ = mgmt_datastores.DatastoreVersions(deps)
    path, rule = '/mgmt/datastore-versions', 'mgmt:datastore_version:'
    yield _route('GET', path, all_.index, rule + 'index',
                 answer=mgmt_answers.VERSIONS)
    yield _route('POST', path, all_.create, rule + 'create',
                 body=version_schemas.CREATE, status=202)
    yield _route('GET', path + '/{id}', all_.show, rule + 'show',
                 answer=mgmt_answers.VERSION)
    yield _route('PATCH', path + '/{id}', all_.update, rule + 'update',
                 body=version_schemas.UPDATE, status=202)
    yield _route('DELETE', path + '/{id}', all_.delete, rule + 'delete',
                 status=202)


def _accounts(deps):
    all_ = mgmt_datastores.Accounts(deps)
    yield _route('GET', '/mgmt/accounts', all_.index, 'mgmt:account:index',
                 answer=mgmt_answers.ACCOUNTS)
    yield _route('GET', '/mgmt/accounts/{project}', all_.show,
                 'mgmt:account:index', answer=mgmt_answers.ACCOUNT)
