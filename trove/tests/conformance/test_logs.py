# SPDX-License-Identifier: Apache-2.0
"""Logs: list, show, enable, disable, publish, discard, tail and save."""

import json
import os
import subprocess

import pytest

from stack.inside import tenant as tenant_module
from trove.tests.conformance import engines

pytestmark = pytest.mark.needs('logs')

#: A log that a tenant switches on is what it is about.
switched = pytest.mark.needs(engines.SWITCHED)

SECRET = 'hidden-word-8421'


@pytest.fixture(scope='module')
def noisy(server):
    """A server that writes its user log, with some statements in it."""
    log = server.trove.instances.log_action(
        server.id, server.witness.inside.user_log, enable=True)
    if log.status == 'Restart Required':
        assert server.show().status == 'RESTART_REQUIRED'
        server.trove.instances.restart(server.id)
        server.well()
    server.write(20)
    return server


def show(server, name):
    return server.trove.instances.log_show(server.id, name)


def parts(tenant, log):
    """Objects of a log, with the lines that their headers count."""
    found = []
    for entry in tenant.cloud.object_store.objects(
            log.container, prefix=log.prefix):
        body = tenant.cloud.object_store.download_object(
            entry.name, container=log.container)
        facts = tenant.cloud.object_store.get(
            f'/{log.container}/{entry.name}').headers
        assert int(facts['x-object-meta-lines']) == body.count(b'\n')
        assert int(facts['x-delete-at']) > 0
        found.append(body)
    return found


@switched
def test_the_tenant_sees_the_exposed_logs(server, operator):
    own = server.witness.inside
    listed = {log.name: log for log in server.trove.instances.log_list(
        server.id)}
    assert own.user_log in listed and 'guest' not in listed
    log = listed[own.user_log]
    assert (log.type, log.published) == ('USER', 0)
    assert log.metafile.startswith(server.id)
    everything = {log.name for log in operator.trove.instances.log_list(
        server.id)}
    assert {own.user_log, own.system_log, 'guest'} <= everything
    server.refuses(403, server.trove.instances.log_show, server.id, 'guest')
    server.refuses(404, operator.trove.instances.log_show, server.id, 'no')


@switched
def test_a_log_is_switched_published_and_resumed(tenant, noisy):
    name, trove = noisy.witness.inside.user_log, noisy.trove
    tenant_module.until(lambda: show(noisy, name).pending > 0, 20,
                        'nothing is logged')
    assert show(noisy, name).status == 'Ready'
    published = trove.instances.log_action(noisy.id, name, publish=True)
    assert published.published > 0
    assert published.status in ('Published', 'Partial')
    first = parts(tenant, published)
    noisy.write(5)
    tenant_module.until(lambda: show(noisy, name).status == 'Partial', 20,
                        'it is not partial')
    again = trove.instances.log_action(noisy.id, name, publish=True)
    both = parts(tenant, again)
    assert both[:len(first)] == first and len(both) > len(first)
    assert b''.join(both).count(noisy.witness.trace.encode()) >= 25


@switched
def test_secrets_do_not_leave(tenant, noisy):
    name, trove = noisy.witness.inside.user_log, noisy.trove
    trove.users.create(noisy.id, [{'name': 'whisper', 'password': SECRET}])
    trove.users.delete(noisy.id, 'whisper')
    with noisy.session() as session:
        # An engine may keep what the agent does out of the tenant's log.
        session.say('whisper')
    log = trove.instances.log_action(noisy.id, name, publish=True)
    text = b''.join(parts(tenant, log))
    assert b'whisper' in text
    assert SECRET.encode() not in text


@switched
def test_rotation_is_recognised_and_nothing_is_lost(tenant, noisy, machine):
    name, trove = noisy.witness.inside.user_log, noisy.trove
    before = trove.instances.log_action(noisy.id, name, publish=True)
    kept = parts(tenant, before)
    assert machine.empty_log(noisy.witness.inside.user_log_path)
    noisy.write(3)
    tenant_module.until(lambda: show(noisy, name).status == 'Rotated', 20,
                        'rotation is not seen')
    after = trove.instances.log_action(noisy.id, name, publish=True)
    assert after.published <= before.published + 10_000
    assert parts(tenant, after)[:len(kept)] == kept


@switched
def test_the_stock_command_line_tails_and_saves(noisy, tmp_path):
    name = noisy.witness.inside.user_log
    noisy.trove.instances.log_action(noisy.id, name, publish=True)
    tail = run('log', 'tail', noisy.id, name, '--lines', '5')
    assert len(tail.strip().splitlines()) == 5
    target = tmp_path / 'saved.log'
    run('log', 'save', noisy.id, name, '--file', str(target))
    assert noisy.witness.trace in target.read_text(encoding='utf-8')
    listed = json.loads(run('log', 'list', noisy.id, '-f', 'json'))
    assert name in {row['Name'] for row in listed}
    shown = json.loads(run('log', 'show', noisy.id, name, '-f', 'json'))
    assert shown['status'] in ('Published', 'Partial')


def test_an_operator_publishes_the_agent_s_log(operator, server):
    log = operator.trove.instances.log_action(server.id, 'guest',
                                              publish=True)
    assert log.type == 'SYS' and log.published > 0
    text = b''.join(parts(operator, log))
    assert b'trove' in text and b'rabbit://' not in text
    server.refuses(400, operator.trove.instances.log_action, server.id,
                  'guest', disable=True)


@switched
def test_discard_empties_the_log_and_takes_its_parts_away(tenant, noisy):
    name = noisy.witness.inside.user_log
    before = noisy.trove.instances.log_action(noisy.id, name, publish=True)
    log = noisy.trove.instances.log_action(noisy.id, name, discard=True)
    assert (log.published, log.container) == (0, 'None')
    assert not list(tenant.cloud.object_store.objects(
        before.container, prefix=before.prefix))
    off = noisy.trove.instances.log_action(noisy.id, name, disable=True)
    assert off.status in ('Disabled', 'Restart Required')
    noisy.refuses(400, noisy.trove.instances.log_action, noisy.id, name,
                  enable=True, disable=True)


def run(*words):
    done = subprocess.run(
        ['openstack', 'database', *words], check=False, capture_output=True,
        text=True, env={**os.environ, 'OS_CLOUD': 'trovestack-demo'})
    assert done.returncode == 0, done.stderr
    return done.stdout
