# SPDX-License-Identifier: Apache-2.0
"""A guest that is silent holds nobody up longer than it may: every route.

The guest is asked as in production, up to the waiting for its answer; what
counts is how long a request would have waited.
"""

import dataclasses
import pathlib
import re

import pytest

import trove.operations
from trove.api import deploy
from trove.api.v1.controllers import not_built
from trove.cloud.fake import network
from trove.common import exception
from trove.objects import status
from trove.rpc import guest
from trove.tests.fixtures import api
from trove.tests.fixtures import filled
from trove.tests.fixtures import route_table

ROUTES = [route for route in route_table.ROUTES
          if route.handler is not not_built.refuse]
#: Requests that come to a guest where the smallest body comes to none.
MORE = (
    ('POST', '/instances/{id}/databases', {'databases': [{'name': 'blog'}]}),
    ('POST', '/instances/{id}/users', {'users': [
        {'name': 'bob', 'password': 'enough-of-it'}]}),
    ('PUT', '/instances/{id}/users', {'users': [
        {'name': 'anne', 'password': 'enough-of-it'}]}),
    ('PUT', '/instances/{id}/users/{user}', {'user': {'name': 'bill'}}),
    ('PUT', '/instances/{id}/users/{user}/databases',
     {'databases': [{'name': 'blog'}]}),
    ('PATCH', '/instances/{id}', {'instance': {
        'datastore_version': '11.8'}}),
    ('POST', '/mgmt/instances/{id}/action', {'stop': {}}),
)


USER = {'name': 'anne', 'host': '%', 'databases': [{'name': 'shop'}]}
ANSWERS = {
    'get_user': USER, 'list_users': [[USER], None],
    'list_databases': [[{'name': 'shop'}], None],
    'list_access': [{'name': 'shop'}], 'module_list': [],
    'module_apply': [], 'guest_log_list': [],
    'enable_root_with_password': {'name': 'root', 'password': 'enough'}}


class Guests(guest.GuestClient):
    """Answers everything but the question ``silent``; nobody really waits.
    """

    def __init__(self, conf):
        super().__init__(conf, None, None, None)
        self.silent = None
        self.asked = []
        self.waited_s = 0

    def _call(self, instance_id, method, timeout_s, **arguments):
        self.asked.append(method)
        if method == self.silent:
            self.waited_s += timeout_s
            raise exception.GuestSilent(instance_id=instance_id,
                                        timeout_s=timeout_s)
        if method == 'get_user' and arguments['username'] != 'anne':
            return None
        return ANSWERS.get(method)


@pytest.fixture(scope='module')
def service(database_template, tmp_path_factory):
    options = {option: 0 for option in (
        'http_get_rate', 'http_post_rate', 'http_put_rate',
        'http_delete_rate', 'http_mgmt_post_rate')}
    db = api.copy_database(database_template, tmp_path_factory.mktemp('api'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
        made = api.Service(db, max_instances_per_tenant=-1,
                           max_volumes_per_tenant=-1, **options)
        made.conf.set_override('max_message_bytes', 65536, 'guest_link')
        made.deps = dataclasses.replace(made.deps, guest=Guests(made.conf))
        made.app = deploy.build(made.deps, api.TokenStub)
        yield made
    db.close()


def bodies(route, objects):
    """What a route is asked for."""
    yield route_table.body(route)
    for method, path, body in MORE:
        if (method, path) == (route.method, route.path):
            yield body
    if (route.method, route.path) == ('POST', '/instances/{id}/modules'):
        yield {'modules': [{'id': objects['/modules']}]}


def ask(service, route, number, silent=None):
    """(code, guest, instance) of a request among fresh objects."""
    guests = service.deps.guest
    guests.silent = None
    objects = filled.fill(service, 'silent')
    admin = service.caller('admin')
    path = '/instances/%s' % objects['/instances']
    if route.path.endswith('/root') and route.method == 'DELETE':
        admin.post(path + '/root', {})
    if route.path == '/instances/{id}/modules' and route.method == 'POST':
        # Longer than one message: it is sent in pieces.
        changed = admin.put('/modules/' + objects['/modules'], {
            'module': {'name': objects['/modules'],
                       'contents': 'eHh4' * 8000}})
        assert changed.status_code == 200, changed.text
    with service.db.writer() as tx:
        tx.modules.put_result(objects['/instances'], objects['/modules'],
                              'old', 'OK', '')
    guests.silent, guests.waited_s = silent, 0
    guests.asked.clear()
    answer = admin.call(
        route.method, filled.address(route, objects) + (
            '?from_guest=true' if 'from_guest' in route.query else ''),
        json=list(bodies(route, objects))[number])
    with service.db.reader() as tx:
        found = tx.instances.get(objects['/instances'], None, deleted=None)
    return answer.status_code, guests, found


def questions(service, route):
    """(body's number, question) of all that a route asks a guest."""
    for number in range(len(list(bodies(route, {'/modules': ''})))):
        _, guests, _ = ask(service, route, number)
        for method in dict.fromkeys(guests.asked):
            yield number, method


@pytest.mark.parametrize('route', ROUTES, ids=route_table.name)
def test_no_request_waits_longer_than_its_bound(service, route):
    conf = service.conf
    bound = (conf.agent_call_low_timeout if route.method == 'GET'
             else conf.agent_call_high_timeout)
    for number, method in questions(service, route):
        code, guests, found = ask(service, route, number, method)
        assert 0 < guests.waited_s <= bound, method
        assert code in (202, 504), method
        # Whoever asked in vain may ask again.
        assert found.task is status.Task.NONE


def test_every_question_to_a_guest_is_among_them(service):
    folder = pathlib.Path(trove.operations.__file__).parent
    wanted = {word for path in folder.glob('*.py') for word in re.findall(
        r'deps\.guest\.(\w+)\(', path.read_text(encoding='utf-8'))}
    found = {method for route in ROUTES
             for _, method in questions(service, route)}
    missing = ' '.join(sorted(wanted - found))
    assert not missing
