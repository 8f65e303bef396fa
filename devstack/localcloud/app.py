# SPDX-License-Identifier: Apache-2.0
"""The WSGI application: find the route, know the caller, call, answer."""
import json
import logging
import time
import uuid

from werkzeug import exceptions
from werkzeug import routing

from localcloud import errors
from localcloud import faults
from localcloud import microversions
from localcloud import web
from localcloud.compute import routes as compute
from localcloud.identity import routes as identity
from localcloud.identity import tokens
from localcloud.image import routes as image
from localcloud.keymanager import routes as keymanager
from localcloud.network import routes as network
from localcloud.objectstore import routes as objectstore
from localcloud.volume import routes as volume

LOG = logging.getLogger(__name__)
SERVICES = ('identity', 'compute', 'volume', 'image', 'network',
            'object-store', 'key-manager')


class Application:
    """Every service of one cloud behind one callable."""

    def __init__(self, cloud):
        self.cloud = cloud
        rules = [rule.empty() for module in (
            faults, identity, compute, volume, image, network, objectstore,
            keymanager)
            for rule in module.rules()]
        self._map = routing.Map(
            rules, strict_slashes=False, merge_slashes=False,
            converters={'rest': objectstore.Rest})

    def __call__(self, environ, start_response):
        """Answer one request, whatever happens."""
        request = web.Request(environ)
        started = time.monotonic()
        request_id = f'req-{uuid.uuid4()}'
        service = _service(request.path)
        fault = self.cloud.faults.match(service, request)
        try:
            if fault and not fault.after:
                fault.strike(environ)
            response = self._respond(request, fault, request_id)
            if fault and fault.after:
                fault.strike(environ)
        except errors.ApiError as error:
            response = _refusal(error, service)
        except exceptions.HTTPException as error:
            response = _refusal(_translated(error, request), service)
        except Exception:  # the HTTP edge: nobody above could tell
            LOG.exception('%s %s broke', request.method, request.path)
            response = _refusal(errors.ApiError(), service)
        response.headers.setdefault('X-Openstack-Request-Id', request_id)
        response.headers.setdefault('X-Compute-Request-Id', request_id)
        LOG.debug('%s %s %s %.1f ms', request.method, request.path,
                  response.status_code, (time.monotonic() - started) * 1000)
        return response(environ, start_response)

    def _respond(self, request, fault, request_id):
        adapter = self._map.bind_to_environ(request.environ)
        route, params = adapter.match()
        call = web.Call(self.cloud, request, route,
                        tokens.caller(self.cloud, request, route))
        call.request_id = request_id
        _check_project(call, params.pop('project', None))
        microversions.negotiate(call)
        if fault:
            call.sabotage = fault.sentence
        response = web.answer(route.handler(call, **params))
        microversions.echo(call, response)
        return response


def _check_project(call, project_id):
    """Cinder's paths name the project; it must be the token's."""
    if project_id not in (None, call.ctx.project_id) and (
            not call.ctx.is_admin):
        raise errors.NotFound('There is no such project for you.')


def _service(path):
    head = path.strip('/').split('/', 1)[0]
    return head if head in SERVICES else ''


def _translated(error, request):
    kinds = {404: errors.NotFound, 405: errors.MethodNotAllowed}
    if error.code in kinds:
        return kinds[error.code](
            f'{request.method} {request.path} is not served here.')
    return errors.BadRequest(error.description)


def _refusal(error, service):
    body = _BODIES.get(service, _plain)(error)
    response = web.Response(
        body if isinstance(body, str) else json.dumps(body),
        status=error.status)
    if isinstance(body, str):
        response.mimetype = 'text/plain'
    if error.status == 401:
        response.headers['WWW-Authenticate'] = 'Keystone uri="/identity"'
    return response


def _keystone(error):
    return {'error': {'code': error.status, 'title': error.title,
                      'message': error.message}}


def _nova(error):
    return {error.nova: {'code': error.status, 'message': error.message}}


def _glance(error):
    return {'code': f'{error.status} {error.title}', 'title': error.title,
            'message': error.message}


def _neutron(error):
    kind = error.kind or type(error).__name__
    return {'NeutronError': {'type': kind, 'message': error.message,
                             'detail': ''}}


def _swift(error):
    return error.message + '\n'


def _barbican(error):
    return {'code': error.status, 'title': error.title,
            'description': error.message}


def _plain(error):
    return {'error': error.message}


_BODIES = {'identity': _keystone, 'compute': _nova, 'volume': _nova,
           'image': _glance, 'network': _neutron, 'object-store': _swift,
           'key-manager': _barbican}
