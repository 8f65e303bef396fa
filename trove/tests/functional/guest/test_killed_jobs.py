# SPDX-License-Identifier: Apache-2.0
"""An agent killed in the middle of any job: asked again, it does it.

The jobs are found in the agent's endpoint. One that is new fails here until
it is said how it is asked for.
"""

import base64
import glob
import inspect
import os
import pathlib

import pytest

from trove.guestagent import endpoint
from trove.tests.fixtures import certificates
from trove.tests.fixtures import guest_calls
from trove.tests.fixtures import guest_engines
from trove.tests.fixtures import guest_machine

#: What only looks.
LOOKS = frozenset((
    'ping', 'get_filesystem_stats', 'get_hwinfo', 'get_diagnostics',
    'upgrade_check', 'module_list', 'guest_log_list', 'list_databases',
    'get_user', 'list_users', 'list_access', 'is_root_enabled'))
#: Jobs that are killed in tests of their own.
ELSEWHERE = {
    'prepare': 'test_killed.py',
    'rotate_link': 'unit/guestagent/test_identity.py, '
                   'contract/link/test_rotation.py',
    'enable_root': 'is enable_root_with_password'}

USER = {'name': 'bea', 'host': '%'}
ACCOUNT = {'url': 'http://127.0.0.1:9/none', 'token': 'none',
           'container': 'logs', 'limit_bytes': 1000, 'expiry_s': 60}
MODULE = {'id': 'm-1', 'name': 'hello', 'type': 'ping', 'md5': 'x',
          'contents': base64.b64encode(b'message = hello').decode()}

#: Job -> (calls before it, its arguments, what the second asking may be
#: answered with because the first one did it, calls after it).
CREATE = ('create_user', {'users': [{**USER, 'password': 'enough-1%',
                                     'databases': ['shop']}]})
DROP = ('delete_user', {'user': USER})
JOBS = {
    'stop_db': ((), {}, None, (('start_db', {}),)),
    'start_db': ((('stop_db', {}),), {}, None, ()),
    'restart': ((), {}, None, ()),
    'start_db_with_conf_changes': ((), {'config': None}, None, ()),
    'resize_fs': ((), {'size_gb': 1}, None, ()),
    'upgrade_leave': ((), {'version': None}, None, (('upgrade_undo', {}),)),
    'upgrade_undo': ((('upgrade_leave', {'version': None}),), {}, None, ()),
    'upgrade_settle': ((('upgrade_leave', {'version': None}),
                        ('start_db', {})), {}, None, ()),
    'update_overrides': ((), {'overrides': {'max_connections': 77}}, None,
                         (('update_overrides', {'overrides': {}}),)),
    'apply_overrides': ((), {'overrides': None}, None, ()),
    'ssl_action': ((), {'mode': 'enforced', 'bundle': None}, None,
                   (('ssl_action', {'mode': 'off'}), ('restart', {}))),
    'module_apply': ((), {'modules': [MODULE]}, None,
                     (('module_remove', {'module': MODULE}),)),
    'module_piece': ((), {'module_id': 'm-2', 'number': 0, 'text': 'x'},
                     None, ()),
    'module_remove': ((('module_apply', {'modules': [MODULE]}),),
                      {'module': MODULE}, 'module_not_applied', ()),
    # There is no object store: what follows the switching is told.
    'guest_log_action': (
        (), {'log_name': 'general', 'enable': True, 'disable': False,
             'discard': False, 'publish': False, 'account': ACCOUNT,
             'wait_s': 1}, 'store_away', ()),
    'create_database': ((), {'databases': [{'name': 'blog'}]},
                        'database_exists',
                        (('delete_database', {'database': 'blog'}),)),
    'delete_database': ((('create_database',
                          {'databases': [{'name': 'blog'}]}),),
                        {'database': 'blog'}, None, ()),
    'create_user': ((), CREATE[1], 'user_exists', (DROP,)),
    'delete_user': ((CREATE,), DROP[1], 'user_not_found', ()),
    'change_passwords': ((CREATE,), {'users': [
        {**USER, 'password': 'another-1'}]}, None, (DROP,)),
    'update_attributes': (
        (CREATE,), {'username': 'bea', 'hostname': '%',
                    'user_attrs': {'name': 'bob'}}, 'user_not_found',
        (('delete_user', {'user': {**USER, 'name': 'bob'}}),)),
    'grant_access': ((CREATE,), {'username': 'bea', 'hostname': '%',
                                 'databases': ['shop']}, None, (DROP,)),
    'revoke_access': ((CREATE,), {'username': 'bea', 'hostname': '%',
                                  'database': 'shop'},
                      'database_not_found', (DROP,)),
    'enable_root_with_password': ((), {'root_password': 'enough-1%'}, None,
                                  (('disable_root', {}),)),
    'disable_root': ((('enable_root_with_password',
                       {'root_password': 'enough-1%'}),), {}, None, ()),
}


@pytest.fixture(scope='module', params=sorted(guest_engines.KINDS))
def prepared(request):
    """A machine with a row, whose agent is at work only while it is called.
    """
    made = guest_machine.Machine(manager=request.param)
    try:
        made.prepare()
        made.query('CREATE TABLE kept (n INT PRIMARY KEY)')
        made.query('INSERT INTO kept VALUES (7)')
        made.stop_agent()
        yield made
    finally:
        made.close()


def arguments(machine, method, given, folder):
    """What is of the engine, in place of None."""
    found = dict(given)
    if 'config' in found:
        found['config'] = machine.config(512)
    if 'version' in found:
        found['version'] = machine.kind.version
    if method == 'apply_overrides':
        found['overrides'] = machine.kind.dynamic
    if found.get('mode') == 'enforced':
        authority = certificates.Authority(folder)
        paths = authority.issue('server', '127.0.0.1')
        texts = [pathlib.Path(path).read_text(encoding='utf-8')
                 for path in (*paths, authority.file)]
        found['bundle'] = dict(zip(
            ('certificate', 'private_key', 'authority'), texts,
            strict=True))
    return found


def jobs():
    """What an endpoint does, beside looking."""
    return {name for name, _ in inspect.getmembers(
        endpoint.Endpoint, inspect.isfunction)
        if not name.startswith('_')} - LOOKS


def test_every_job_is_killed_somewhere():
    assert jobs() == set(JOBS) | set(ELSEWHERE)


@pytest.mark.parametrize('method', sorted(JOBS))
def test_killed_in(prepared, method, tmp_path):
    before, given, done, after = JOBS[method]
    caller = guest_calls.Caller(prepared)

    def calls(*wanted, fatal=0):
        return [(name, arguments(prepared, name, words, tmp_path / name),
                 fatal if name == method else 0) for name, words in wanted]

    def held(answers, number, count):
        assert len(answers) == count, answers
        for place, answer in enumerate(answers):
            allowed = (None, done) if place == number else (None,)
            assert answer['code'] in allowed, answers

    job = (method, given)
    answers = caller.make(*calls(*before, job))
    held(answers, len(before), len(before) + 1)
    last = answers[-1]['instants']
    done_once = [job, *after]
    for fatal in sorted({last // 2, last} - {0}):
        # What the last agent left is ended by the one that dies next.
        answers = caller.make(*calls(*done_once, *before),
                              *calls(job, fatal=fatal))
        held(answers, 0, len(done_once) + len(before))
    held(caller.make(*calls(*done_once)), 0, len(done_once))
    assert prepared.query('SELECT n FROM kept') == ((7,),)
    assert not glob.glob(os.path.join(prepared.mount_point, 'data.*'))
