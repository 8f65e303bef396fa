# SPDX-License-Identifier: Apache-2.0
"""Which fault is shown, and when it goes."""

import datetime

import pytest

from trove.objects import instance
from trove.objects import status
from trove.objects import trouble

NOW = datetime.datetime(2026, 3, 1, 10, 22, 33)
LATER = NOW + datetime.timedelta(seconds=91)
KEPT = instance.Fault(message='The resize failed.', details=None,
                      created=NOW, updated=NOW)


def an_instance(service=status.Service.HEALTHY, error=None, **facts):
    return instance.Instance(**{
        'id': 'i', 'project_id': 'p', 'name': 'n', 'flavor_id': '2',
        'datastore_version_id': 'v', 'created': NOW, 'updated': NOW,
        'server_status': 'ACTIVE', 'report': instance.Report(
            status=service, reported_at=NOW, details={'error': error}),
        **facts})


def shown(found, now=NOW):
    fault = trouble.fault(found, now, 90)
    return fault and fault.message


@pytest.mark.parametrize('service', [
    status.Service.CRASHED, status.Service.BLOCKED, status.Service.FAILED])
def test_trouble_has_a_sentence_with_or_without_words_of_the_guest(service):
    assert shown(an_instance(service)).endswith('.')
    words = 'Too bad.\n' + 'no room ' * 99
    told = shown(an_instance(service, words))
    assert told.startswith('Too bad. no room')
    assert len(told) <= trouble.MESSAGE


def test_it_says_what_to_do_however_much_the_guest_says():
    told = shown(an_instance(status.Service.CRASHED, 'x' * 999))
    assert told.endswith('A restart starts it again.')


def test_what_a_guest_says_of_a_living_engine_is_no_fault():
    assert shown(an_instance(error='looked twice')) is None
    assert shown(an_instance(status.Service.SHUTDOWN, 'stopped')) is None
    assert shown(an_instance(report=None)) is None


def test_trouble_at_this_moment_comes_before_what_is_on_record():
    found = an_instance(status.Service.BLOCKED, 'The volume is full.',
                        fault=KEPT)
    assert shown(found) == 'The volume is full.'


@pytest.mark.parametrize('task', [
    status.Task.REBOOTING, status.Task.RESIZING, status.Task.UPGRADING])
def test_an_engine_that_is_down_for_our_work_is_no_trouble(task):
    assert shown(an_instance(status.Service.CRASHED, task=task)) is None
    assert shown(an_instance(status.Service.CRASHED, task=task,
                             fault=KEPT)) == KEPT.message
    waits = an_instance(status.Service.CRASHED,
                        task=status.Task.RESTART_REQUIRED)
    assert 'engine is down' in shown(waits)


def test_what_is_on_record_is_shown_again_when_all_is_well():
    assert shown(an_instance(fault=KEPT)) == KEPT.message


def test_a_failed_build_keeps_its_own_words():
    found = an_instance(status.Service.FAILED, 'users: no luck', fault=KEPT,
                        task=status.Task.BUILDING_ERROR_SERVER)
    assert shown(found) == KEPT.message


def test_a_silent_guest_is_told_with_the_time_it_was_heard():
    assert '2026-03-01 10:22:33 UTC' in shown(an_instance(), LATER)
    fault = trouble.fault(an_instance(), LATER, 90)
    assert fault.updated == NOW


@pytest.mark.parametrize('facts', [
    {'task': status.Task.REBOOTING}, {'server_status': 'REBOOT'},
    {'service': status.Service.UNKNOWN}])
def test_silence_is_no_fault_while_it_has_a_reason(facts):
    assert shown(an_instance(**facts), LATER) is None


@pytest.mark.parametrize(('server', 'words'), [
    ('SHUTOFF', 'The server is SHUTOFF'), ('PAUSED', 'The server is PAUSED'),
    ('DELETED', 'is gone from the compute service')])
def test_a_server_that_is_down_is_told_whatever_its_guest_said(server, words):
    found = an_instance(server_status=server, fault=KEPT)
    assert words in shown(found)
    assert words in shown(found, LATER)
    assert len(shown(found)) <= trouble.MESSAGE
    gone = an_instance(server_status=server, task=status.Task.DELETING)
    assert shown(gone) is None
