# SPDX-License-Identifier: Apache-2.0
"""An agent killed in the middle of a job: asked again, the job is done.

The engine stands still meanwhile, so that the job is in the midst of what it
asks of it, and goes on afterwards with what the dead agent had begun.
"""

import contextlib
import json
import signal
from concurrent import futures

import pytest
from troveclient.apiclient import exceptions

from stack.inside import tenant as tenant_module
from trove.tests.conformance import machine as machine_module

# Of two engines the functional tests kill it in every job, at chosen instants.
pytestmark = pytest.mark.slow

#: A request that the agent does not get sooner is in nobody's middle.
UNDER_WAY_S = 2
AGAIN_S = 90
#: What the first asking is answered with: the agent was restarted, or what
#: it was to do has failed; or nothing, where the new agent ends it.
CUT_OFF = (502, 504, None)
#: What the second one is not: those before it are still at work.
BUSY = (409, 422, 502, 504)


class Jobs:
    """Requests whose agent is killed, and that are made again."""

    def __init__(self, server, machine):
        self._server = server
        self._machine = machine

    def kill_in(self, ask, *words, **more):
        """Make a request, kill the agent in it, and make it again until
        nothing is in its way. It may have been done the first time."""
        before = self._machine.agent()
        with self._still(), futures.ThreadPoolExecutor(1) as pool:
            first = pool.submit(self._try, ask, *words, **more)
            with contextlib.suppress(futures.TimeoutError):
                first.result(UNDER_WAY_S)
            assert not first.done(), 'the engine was not asked'
            self._machine.kill(machine_module.AGENT)
            self._go_on()
            assert first.result() in CUT_OFF
        tenant_module.until(lambda: self._machine.agent() != before, 30,
                            'no new agent')
        self._server.becomes('HEALTHY', within_s=60)
        tenant_module.until(
            lambda: self._try(ask, *words, **more) not in BUSY, AGAIN_S,
            'it is not done when it is asked again')

    @staticmethod
    def _try(ask, *words, **more):
        """The status of a refusal, or None."""
        try:
            ask(*words, **more)
        except exceptions.ClientException as error:
            return error.http_status
        return None

    @contextlib.contextmanager
    def _still(self):
        self._machine.kill(self._server.witness.inside.process,
                           signal.SIGSTOP)
        try:
            yield
        finally:
            self._go_on()

    def _go_on(self):
        self._machine.kill(self._server.witness.inside.process,
                           signal.SIGCONT)


@pytest.fixture
def jobs(server, machine):
    """Whose agent is killed."""
    return Jobs(server, machine)


@pytest.fixture
def bea(server, password):
    """A user that may use no database, and a database."""
    trove = server.trove
    trove.databases.create(server.id, [{'name': 'blog'}])
    trove.users.create(server.id, [{'name': 'bea', 'password': password}])
    yield 'bea'
    for user in trove.users.list(server.id):
        if user.name in ('bea', 'bob'):
            trove.users.delete(server.id, user.name)
    if 'blog' in [one.name for one in trove.databases.list(server.id)]:
        trove.databases.delete(server.id, 'blog')


@pytest.mark.needs('databases')
def test_databases_come_and_go(server, jobs):
    trove = server.trove

    def names():
        return [one.name for one in trove.databases.list(server.id)]

    jobs.kill_in(trove.databases.create, server.id, [{'name': 'kept'}])
    assert 'kept' in names()
    jobs.kill_in(trove.databases.delete, server.id, 'kept')
    assert 'kept' not in names()


@pytest.mark.needs('users')
def test_users_come_and_go(server, jobs, password):
    trove = server.trove
    user = {'name': 'cat', 'password': password,
            'databases': [{'name': 'shop'}]}
    jobs.kill_in(trove.users.create, server.id, [user])
    assert server.lets_in('cat', password, 'shop')
    jobs.kill_in(trove.users.delete, server.id, 'cat')
    assert not server.lets_in('cat', password, 'shop')


@pytest.mark.needs('users')
def test_passwords_and_names_are_changed(server, jobs, bea):
    trove = server.trove
    trove.users.grant(server.id, bea, ['blog'])
    jobs.kill_in(trove.users.change_passwords, server.id,
                 [{'name': bea, 'password': 'second-word'}])
    assert server.lets_in(bea, 'second-word', 'blog')
    jobs.kill_in(trove.users.update_attributes, server.id, bea,
                 newuserattr={'name': 'bob', 'password': 'third-word'})
    assert server.lets_in('bob', 'third-word', 'blog')
    assert not server.lets_in(bea, 'second-word', 'blog')


@pytest.mark.needs('users')
def test_grants_are_given_and_taken(server, jobs, bea, password):
    trove = server.trove
    jobs.kill_in(trove.users.grant, server.id, bea, ['blog'])
    assert server.lets_in(bea, password, 'blog')
    jobs.kill_in(trove.users.revoke, server.id, bea, 'blog')
    assert not server.lets_in(bea, password, 'blog')


@pytest.mark.needs('root')
def test_root_comes_and_goes(server, jobs):
    trove = server.trove
    jobs.kill_in(trove.root.create_instance_root, server.id, 'mine-now-1')
    assert server.lets_in('root', 'mine-now-1')
    jobs.kill_in(trove.root.delete, server.id)
    assert not server.lets_in('root', 'mine-now-1')


def test_values_of_a_group_are_taken(server, jobs):
    trove = server.trove
    name, value, _ = server.witness.settings.dynamic
    group = trove.configurations.create(
        'killed', json.dumps({name: value}),
        datastore=server.engine.datastore,
        datastore_version=server.engine.version).id
    try:
        jobs.kill_in(trove.instances.update, server.id, configuration=group)
        assert str(server.setting(name)) == str(value)
        jobs.kill_in(trove.instances.update, server.id,
                     remove_configuration=True)
        assert str(server.setting(name)) != str(value)
    finally:
        if getattr(server.show(), 'configuration', None):
            trove.instances.update(server.id, remove_configuration=True)
        trove.configurations.delete(group)
