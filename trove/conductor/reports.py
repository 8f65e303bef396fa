# SPDX-License-Identifier: Apache-2.0
"""Heartbeats on their way to the database: newest wins, written in bulk."""

import logging
import math
import threading

from trove.common import exception
from trove.objects import instance as instance_objects
from trove.objects import status

LOG = logging.getLogger(__name__)

_NUMBERS = ('volume_total_gb', 'volume_used_gb')
_WORDS = {'api_version': 32, 'agent_version': 64, 'engine_version': 64,
          'phase': 32}
_DETAIL_BYTES = 16384
_PAUSE_S = 1
_GATHER_S = 0.03


def parse(document):
    """A Report from a heartbeat document; BadRequest when it is none.

    Only known fields are taken, each held to its type and size: what a
    guest says is not trusted, not even about itself.
    """
    if not isinstance(document, dict):
        raise exception.BadRequest('A heartbeat is a JSON object.')
    try:
        service = status.Service(document.get('service_status'))
    except ValueError:
        raise exception.BadRequest('The heartbeat names no known service '
                                   'status.') from None
    facts = {}
    for name in _NUMBERS:
        value = document.get(name)
        if isinstance(value, (int, float)) and 0 <= value < 2 ** 40:
            facts[name] = float(value)
    for name, most in _WORDS.items():
        value = document.get(name)
        if isinstance(value, str):
            facts[name] = _plain(value[:most])
    return instance_objects.Report(
        status=service, reported_at=None, details=_details(document), **facts)


def _details(document):
    details = {}
    size = 0
    for key, value in document.items():
        if key in _NUMBERS or key in _WORDS or key == 'service_status':
            continue
        if isinstance(value, str):
            value = _plain(value[:4000])
        if isinstance(value, float) and not math.isfinite(value):
            continue        # JSON for Python, for no database
        if isinstance(value, (str, int, float, bool, type(None))):
            size += len(str(value)) + len(key)
            if size > _DETAIL_BYTES:
                break
            details[_plain(key[:64])] = value
    return details


def _plain(text):
    """Text that every database takes: no NUL, no half of a character."""
    return text.replace('\0', '').encode('utf-8', 'replace').decode()


class Writer:
    """One thread that writes the newest report of each instance.

    Reports are taken as fast as they come and written as fast as the
    database allows; while it is busy, newer reports replace older ones of
    the same instance, so a slow database costs freshness, never memory.
    ``late`` counts those that were not newer, or whose key was dropped,
    ``poison`` those that the database would not take.
    """

    def __init__(self, db, batch, most_waiting):
        self._db = db
        self._batch = batch
        self._most_waiting = most_waiting
        self._newest = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name='reports',
                                        daemon=True)
        self.written = 0
        self.late = 0
        self.poison = 0

    def start(self):
        """Begin to write."""
        self._thread.start()

    def stop(self):
        """Write what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def put(self, instance_id, report, boot, number, key_id):
        """Take a report; Unavailable when too many instances wait.

        It is written if the key it came under is still good by then.
        """
        with self._changed:
            known = self._newest.get(instance_id)
            # Under another key it is another agent, which counts anew.
            if (known and known[3] == key_id
                    and (known[1], known[2]) >= (boot, number)):
                self.late += 1
                return
            if known is None and len(self._newest) >= self._most_waiting:
                raise exception.Unavailable(
                    'The database does not keep up with heartbeats.')
            self._newest[instance_id] = (report, boot, number, key_id)
            self._changed.notify()

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._newest or self._stopping)
                if not self._newest:
                    return
                batch = [(key, *self._newest.pop(key))
                         for key in list(self._newest)[:self._batch]]
            self._write(batch)
            self._gather()

    def _gather(self):
        # A transaction costs more than a report: those that come in the
        # next moment share one. The first after a quiet time waits for
        # nothing.
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, _GATHER_S)

    def _write(self, batch):
        try:
            with self._db.writer() as tx:
                taken = tx.guests.report_many(
                    [one[:4] for one in batch],
                    {one[0]: one[4] for one in batch})
        except exception.TroveError as error:
            # The loop must outlive a database that is away, and a change
            # of state may not wait for the guest's next heartbeat.
            LOG.error('%d reports were not written yet: %s', len(batch),
                      error)
            self._put_back(batch)
            return
        except Exception:  # the edge of a periodic loop
            # Something that one of the guests has said: by itself, it keeps
            # no other from being written.
            if len(batch) > 1:
                for one in batch:
                    self._write([one])
            else:
                self.poison += 1
                LOG.exception('a report of instance %s is dropped',
                              batch[0][0])
            return
        self.written += len(taken)
        self.late += len(batch) - len(taken)

    def _put_back(self, batch):
        with self._changed:
            for instance_id, *report in batch:
                self._newest.setdefault(instance_id, tuple(report))
            if self._stopping:
                self._newest.clear()  # the guests will report again
            else:
                self._changed.wait_for(lambda: self._stopping, _PAUSE_S)
