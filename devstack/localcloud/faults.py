# SPDX-License-Identifier: Apache-2.0
"""The fault switch: make the next calls of a kind go wrong, for tests.

``POST /faults`` with ``{"service": "compute", "operation": "POST /servers",
"count": 2, "kind": "status", "status": 503}``. The operation is a method
and a regular expression for the whole path below the service's root (for
volumes and objects: below the project's). Kinds: ``status`` answers with
it; ``hang`` waits ``delay_s`` and then goes on; ``reset`` drops the
connection; ``lost_answer`` does the work, then drops it; ``error_state``
lets the resource end in ERROR. ``body`` may name a text that the request's
body must hold. Faults live in memory: a restart forgets them.
"""
import dataclasses
import re
import threading
import uuid

from localcloud import errors
from localcloud import web

ROUTES = web.Routes('faults', '/faults')
KINDS = ('status', 'hang', 'reset', 'lost_answer', 'error_state')
ROOTS = re.compile(
    r'/(identity/v3|compute/v2\.1|image/v2|network/v2\.0|volume/v3/[^/]+|'
    r'object-store/v1/[^/]+)')


@dataclasses.dataclass(kw_only=True)
class Fault:
    """One entry of the switch."""
    id: str
    service: str
    operation: str
    kind: str
    count: int
    status: int = 503
    delay_s: float = 30.0
    message: str = ''
    body: str = ''
    stop: threading.Event = dataclasses.field(repr=False)

    @property
    def after(self):
        """Whether it strikes when the work is done."""
        return self.kind == 'lost_answer'

    @property
    def sentence(self):
        """Why the resource ends in ERROR, or None."""
        if self.kind != 'error_state':
            return None
        return self.message or 'No valid host was found (asked for by a test).'

    def strike(self, environ):
        """Do the harm; returns where the request goes on."""
        if self.kind == 'status':
            raise errors.Injected(self.status)
        if self.kind == 'hang':
            self.stop.wait(self.delay_s)
        if self.kind in ('reset', 'lost_answer'):
            environ['localcloud.drop']()
            raise errors.Injected(500)

    def view(self):
        """As the API shows it."""
        return {name: getattr(self, name) for name in (
            'id', 'service', 'operation', 'kind', 'count', 'status',
            'delay_s', 'message', 'body')}


class Faults:
    """The table of what is to go wrong."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []

    def add(self, **fields):
        """One more; returns it."""
        fault = Fault(id=str(uuid.uuid4()), stop=threading.Event(), **fields)
        with self._lock:
            self._faults.append(fault)
        return fault

    def all(self):
        """What is still to come."""
        with self._lock:
            return list(self._faults)

    def clear(self, fault_id=None):
        """Forget one or all; hanging requests go on at once."""
        with self._lock:
            gone = [f for f in self._faults if fault_id in (None, f.id)]
            self._faults = [f for f in self._faults if f not in gone]
        for fault in gone:
            fault.stop.set()

    def match(self, service, request):
        """The fault that this request runs into, counted down; or None."""
        if not self._faults:
            return None
        path = ROOTS.sub('', request.path, count=1) or '/'
        with self._lock:
            for fault in self._faults:
                if fault.service == service and _fits(fault, request, path):
                    fault.count -= 1
                    if not fault.count:
                        self._faults.remove(fault)
                    return fault
        return None


def _fits(fault, request, path):
    method, _, pattern = fault.operation.partition(' ')
    if method not in ('*', request.method):
        return False
    if not re.fullmatch(pattern, path):
        return False
    return not fault.body or fault.body in request.get_data(as_text=True)


@ROUTES.get('', admin=True)
def index(call):
    """What is still to go wrong."""
    return {'faults': [f.view() for f in call.cloud.faults.all()]}


@ROUTES.post('', admin=True)
def create(call):
    """Ask for trouble."""
    body = call.json()
    known = {'service', 'operation', 'kind', 'count', 'status', 'delay_s',
             'message', 'body'}
    if set(body) - known:
        raise errors.BadRequest(f'Known fields: {", ".join(sorted(known))}.')
    if body.get('kind') not in KINDS:
        raise errors.BadRequest(f"'kind' is one of {', '.join(KINDS)}.")
    fields = dict(body, count=web.number(body.get('count', 1), 'count', 1))
    method, _, pattern = web.required(body, 'operation').partition(' ')
    try:
        re.compile(pattern)
    except re.error as error:
        raise errors.BadRequest(f'The path: {error}.') from error
    if not method or not pattern:
        raise errors.BadRequest("'operation' is a method and a path.")
    web.required(body, 'service')
    return 201, call.cloud.faults.add(**fields).view()


@ROUTES.delete('', admin=True)
def clear(call):
    """Nothing goes wrong any more."""
    call.cloud.faults.clear()
    return 204, None


@ROUTES.delete('/<fault_id>', admin=True)
def remove(call, fault_id):
    """Take one fault back."""
    call.cloud.faults.clear(fault_id)
    return 204, None


def rules():
    """The paths of the switch, and the health check beside it."""
    return ROUTES.rules + HEALTH.rules


HEALTH = web.Routes('health', '')


@HEALTH.get('/healthcheck', public=True)
def healthcheck(call):
    """Well, as long as the database answers."""
    return {'status': 'ok', 'jobs': call.cloud.jobs.busy()}
