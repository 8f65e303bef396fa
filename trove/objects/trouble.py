# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an instance just now, and what its tenant can do.

A fault on record tells how the last change ended. What the guest says at
this moment comes before it, and goes as soon as all is well again.
"""

import datetime

from trove.objects import instance as instances
from trove.objects import status

#: Letters of a fault that its tenant is shown.
MESSAGE = 255

_SILENT = ('The guest agent has not been heard since %s: how the database '
           'is, is not known. It may serve all the same. If this lasts, '
           'tell the operator of the cloud.')
_SERVER_GONE = ('The server is gone from the compute service, and nobody '
                'asked for its deletion here. What is on its volume is kept '
                'until the instance is deleted: tell the operator of the '
                'cloud.')
_SERVER_DOWN = ('The server is %s in the compute service. The operator of '
                'the cloud can start it again.')
#: What is said when the guest gives no words, and what can be done.
_KINDS = {
    status.Service.CRASHED: (
        'The engine is down, and nobody stopped it.',
        'A restart starts it again.'),
    status.Service.BLOCKED: (
        'The engine takes connections and does not answer. A restart ends '
        'what hangs.', ''),
    status.Service.FAILED: (
        'The server could not be prepared.',
        'If it has held data, tell the operator of the cloud; if not, delete '
        'the instance and create another one.')}

#: Work in which the engine is meant to be down for a while: that it is so is
#: no trouble, and a restart would be refused.
_AT_WORK = frozenset({
    status.Task.BUILDING, status.Task.REBOOTING, status.Task.RESIZING,
    status.Task.MIGRATING, status.Task.UPGRADING, status.Task.PROMOTING,
    status.Task.EJECTING, status.Task.DETACHING, status.Task.DELETING})


def fault(found: instances.Instance, now: datetime.datetime,
          expiry_s: float) -> instances.Fault | None:
    """The fault that is shown of an instance, or nothing."""
    if found.fault and found.task.is_error:
        return found.fault
    return _present(found, now, expiry_s) or found.fault


def _present(found: instances.Instance, now: datetime.datetime,
             expiry_s: float) -> instances.Fault | None:
    report = found.report
    if report is None or found.task in _AT_WORK:
        return None
    if found.server_status in status.SERVER_DOWN:
        return _fault(_SERVER_GONE if found.server_status
                      == status.SERVER_GONE else
                      _SERVER_DOWN % found.server_status, '',
                      found.facts_at or found.updated)
    if _is_silent(found, now, expiry_s):
        heard = report.reported_at or found.created
        return _fault(_SILENT % heard.strftime('%Y-%m-%d %H:%M:%S UTC'), '',
                      heard)
    if report.status not in _KINDS:
        return None
    without_words, advice = _KINDS[report.status]
    words = str(report.details.get('error') or without_words)
    return _fault(words, advice, report.reported_at or found.created)


def _is_silent(found: instances.Instance, now: datetime.datetime,
               expiry_s: float) -> bool:
    lost = status.Service.FAILED_TIMEOUT_GUESTAGENT
    return (found.report is not None and found.report.status is not
            status.Service.UNKNOWN and found.operating_status(
                now, expiry_s) == lost.shown_as)


def _fault(words: str, advice: str, at: datetime.datetime
           ) -> instances.Fault:
    ending = ' ' + advice if advice else ''
    line = ' '.join(words.split())
    return instances.Fault(
        message=line[:MESSAGE - len(ending)] + ending,
        details=words + ending, created=at, updated=at)
