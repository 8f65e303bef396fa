# SPDX-License-Identifier: Apache-2.0
"""Calls reach interfaces; what is missing is not supported."""

import contextlib
import inspect
import threading

import pytest

from trove.common import exception
from trove.guestagent import endpoint
from trove.rpc import guest as client
from trove.tests.unit.guestagent import fakes


class Nothing:
    starting = contextlib.nullcontext()

    def __getattr__(self, name):
        return lambda *args: None


def made():
    driver, calls = fakes.driver()
    return endpoint.Endpoint(driver, Nothing(), Nothing(), Nothing(),
                             lambda: calls.append('told'), 'fake'), calls


@pytest.mark.parametrize('method, arguments', [
    ('create_database', ([{'name': 'd'}],)), ('delete_database', ('d',)),
    ('list_databases', ()), ('enable_root', ()), ('disable_root', ()),
    ('is_root_enabled', ())])
def test_what_the_driver_lacks_is_not_supported(method, arguments):
    guest, _ = made()
    with pytest.raises(exception.NotSupported, match='fake'):
        getattr(guest, method)(*arguments)


def test_a_stop_is_told_even_when_it_fails():
    guest, calls = made()
    guest._driver.engine.fails_at = 'stop'
    with pytest.raises(exception.GuestFailed):
        guest.stop_db()
    assert calls == ['stop', 'told']


def test_everything_a_client_may_ask_is_answered():
    guest, _ = made()
    for name, _ in inspect.getmembers(client.GuestClient,
                                      inspect.isfunction):
        if not name.startswith('_'):
            assert callable(getattr(guest, name, None)), name


def test_a_restart_that_is_cut_off_is_no_wish_to_stop():
    guest, calls = made()
    wishes, troubles = [], []
    guest._journal = type('Journal', (), {
        'stopped': lambda self, wanted: wishes.append(wanted),
        'trouble': lambda self, reason: troubles.append(reason)})()
    guest._driver.engine.fails_at = 'start'
    with pytest.raises(exception.GuestFailed):
        guest.restart()
    assert 'stop' in calls and True not in wishes
    # Why it is down is told until it is up.
    assert 'no luck' in troubles[-1]
    guest._driver.engine.fails_at = None
    guest.restart()
    assert troubles[-1] is None


def test_a_restart_waits_for_a_start_that_is_under_way():
    driver, calls = fakes.driver()
    preparer = Nothing()
    preparer.starting = threading.RLock()
    guest = endpoint.Endpoint(driver, preparer, Nothing(), Nothing(),
                              lambda: None, 'fake')
    with preparer.starting:
        restart = threading.Thread(target=guest.restart, daemon=True)
        restart.start()
        restart.join(0.2)
        assert 'stop' not in calls
    restart.join(10)
    assert [call for call in calls if call in ('stop', 'start')] == [
        'stop', 'start']
