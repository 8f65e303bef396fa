# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document: what the routing table, the schemas that check
bodies, and the policy rules already say, in one place."""

import functools
import json
import re

import webob

from trove import policies
from trove.api import errors
from trove.api import routing
from trove.api.v1 import routes
from trove.api.v1.controllers import not_built

PATH = '/v1.0/openapi.json'
PREFIX = '/v1.0/{project_id}'

#: What any route may answer, and what only one that takes a body may.
REFUSALS = (400, 401, 403, 404, 405, 409, 413, 422, 500, 501, 502, 503, 504)
REFUSALS_OF_BODIES = (415,)

_TOKEN = {'type': 'apiKey', 'in': 'header', 'name': 'X-Auth-Token'}
_TEXT = {'type': 'string', 'minLength': 1}
_FLAG = {'type': 'boolean'}

#: Parameters of queries: schema and meaning.
QUERY = {
    'limit': ({'type': 'integer', 'minimum': 1, 'maximum': 999999999},
              'Most rows in the answer; lowered to the page size.'),
    'marker': (_TEXT, 'Where the page begins: taken from the link to it.'),
    'include_clustered': (_FLAG, 'Show members of clusters, too.'),
    'count_only': (_FLAG, 'Only how many have which form.'),
    'from_guest': (_FLAG, 'Ask the guest instead of our records.'),
    'include_contents': (_FLAG, 'Give the contents, too.'),
    'include_certificate': (_FLAG, 'Give the certificate itself, too.'),
    'deleted': (_FLAG, 'Only what is deleted, or only what is not.'),
    'all_projects': (_FLAG, 'Those of every project; for operators.'),
    'project_id': (_TEXT, 'Those of this project; for operators.'),
    'instance_id': (_TEXT, 'Those of this instance.'),
    'state': (_TEXT, 'Those in this state.'),
    'status': (_TEXT, 'Those of this status.'),
    'name': (_TEXT, 'Those of this name.'),
    'datastore': (_TEXT, 'Those of this datastore.'),
    'datastore_version': (_TEXT, 'Those of this version, by its name.'),
    'replica_of': (_TEXT, 'The replicas of this instance.'),
    'cluster_id': (_TEXT, 'The members of this cluster.')}


@functools.cache
def document():
    """The document as plain data; the same for the life of the process."""
    paths = {}
    table = routes.table(None, None, None)
    for route in table:
        made = _operation(route)
        paths.setdefault(PREFIX + route.path, {})[
            route.method.lower()] = made
        links = _links(route, table)
        if links:
            made['responses'][str(route.status)]['links'] = links
    return {
        'openapi': '3.1.0',
        'info': {'title': 'Database service', 'version': '1.0',
                 'description': 'Trove: databases as a service.'},
        'paths': dict(sorted(paths.items())),
        'security': [{'token': []}],
        'components': {'securitySchemes': {'token': _TOKEN},
                       'schemas': {'Error': _error()}}}


class DocumentDoor:
    """Middleware: answers the path, needs no token."""

    def __init__(self, app):
        self._app = app
        self._body = json.dumps(document()).encode()

    def __call__(self, environ, start_response):
        """Serve one request."""
        if environ.get('PATH_INFO') != PATH:
            return self._app(environ, start_response)
        if environ['REQUEST_METHOD'] not in ('GET', 'HEAD'):
            raise errors.MethodNotAllowed(allow='GET, HEAD')
        return webob.Response(
            body=self._body, content_type=errors.JSON,
            charset='UTF-8')(environ, start_response)


def _operation(route):
    names = [part[1:-1] for part in routing.segments(PREFIX + route.path)
             if part.startswith('{')]
    found = {
        'operationId': _identifier(route),
        'tags': [_tag(route)],
        'parameters': [{'name': name, 'in': 'path', 'required': True,
                        'schema': _TEXT} for name in names],
        'responses': _responses(route)}
    found['parameters'] += [
        {'name': name, 'in': 'query', 'schema': QUERY[name][0],
         'description': QUERY[name][1]} for name in route.query]
    rules = _rules(route)
    if rules:
        found['summary'] = rules[0].description.rstrip('.')
        found['x-policy-rules'] = [rule.name for rule in rules]
    if route.body is not None:
        schema = getattr(route.body, 'schema', None)
        found['requestBody'] = {
            'required': schema is not None,
            'content': {errors.JSON: {'schema': _plain(
                schema or {'type': 'object'})}}}
    return found


def _responses(route):
    """What is answered, by code; what is usual comes first."""
    found = {}
    if route.handler is not_built.refuse:
        found['501'] = _refusal(501)
    else:
        found[str(route.status)] = _success(route)
    codes = REFUSALS + (REFUSALS_OF_BODIES if route.body else ())
    for code in sorted(codes):
        found.setdefault(str(code), _refusal(code))
    return found


def _links(route, table):
    """What can be done next with what a collection answers."""
    if route.answer is None or route.method not in ('GET', 'POST'):
        return {}
    place = _place_of_id(route.answer)
    one = route.path + '/{id}'
    if place is None:
        return {}
    return {_identifier(other): {
        'operationId': _identifier(other),
        'parameters': {'path.id': '$response.body#/%s/id' % place}}
        for other in table
        if other.path == one or other.path.startswith(one + '/')}


def _place_of_id(answer):
    """Where in an answer the id of its object, or of its first, is."""
    for name, schema in answer['properties'].items():
        if 'id' in schema.get('properties', ()):
            return name
        if 'id' in schema.get('items', {}).get('properties', ()):
            return name + '/0'
    return None


def _success(route):
    found = {'description': 'Promised.' if route.status == 202 else 'Done.'}
    if route.answer is not None:
        found['content'] = {errors.JSON: {'schema': route.answer}}
    return found


def _refusal(code):
    return {'description': errors.NAME[code], 'content': {errors.JSON: {
        'schema': {'$ref': '#/components/schemas/Error'}}}}


def _error():
    names = sorted(set(errors.NAME.values()))
    return {
        'type': 'object', 'minProperties': 1, 'maxProperties': 1,
        'propertyNames': {'enum': names},
        'additionalProperties': {
            'type': 'object', 'required': ['code', 'message'],
            'properties': {'code': {'type': 'integer'},
                           'message': {'type': 'string'},
                           'details': {'type': 'string'},
                           'retryAfter': {'type': 'string'}}}}


def _plain(schema):
    """A schema without the words that only our own messages use."""
    if isinstance(schema, dict):
        return {name: _plain(value) for name, value in schema.items()
                if not (name == 'message' and isinstance(value, str))}
    if isinstance(schema, (list, tuple)):
        return [_plain(value) for value in schema]
    return schema


def _identifier(route):
    words = re.findall('[a-z_]+', route.path.replace('-', '_'))
    return '_'.join([route.method.lower(), *words])


def _tag(route):
    first, *rest = routing.segments(route.path)
    return 'mgmt' if first == 'mgmt' else first


def _rules(route):
    """The documented rules of a route, those that it names first."""
    wanted = _shape(route.method, route.path)
    found = {name: _documented()['', name] for name in route.policy}
    for rule in _documented().get(wanted, ()):
        found.setdefault(rule.name, rule)
    return list(found.values())


@functools.cache
def _documented():
    """Rules by name and, in tuples, by the shape of their routes."""
    found = {}
    for rule in policies.list_rules():
        found['', rule.name] = rule
        for operation in getattr(rule, 'operations', ()):
            path = re.split(r' \(|\?', operation['path'])[0]
            shape = _shape(operation['method'], path.removeprefix(PREFIX))
            found[shape] = found.get(shape, ()) + (rule,)
    return found


def _shape(method, path):
    return method, re.sub('{[^}]*}', '{}', path)
