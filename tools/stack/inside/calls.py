# SPDX-License-Identifier: Apache-2.0
"""What one request to the API costs: counted, in a process of its own.

The application is the one that `trove-api` serves, with the stack's own
options, database, broker and cloud; only the HTTP server in front of it is
left out. Every SQL statement, every HTTP request to the cloud and every
wake-up of a taskmanager is counted where it leaves the process.
"""

import collections
import contextlib
import dataclasses
import time
import urllib.parse

import requests.adapters
import sqlalchemy.event
from werkzeug import test


@dataclasses.dataclass
class Cost:
    """What was counted."""

    status: int = 0
    seconds: float = 0.0
    statements: int = 0
    calls: collections.Counter = dataclasses.field(
        default_factory=collections.Counter)
    messages: int = 0


class Counter:
    """Counts between the beginning and the end of `counting`."""

    def __init__(self):
        self.cost = None

    @contextlib.contextmanager
    def counting(self):
        """Gives a Cost that grows while this lasts."""
        self.cost = cost = Cost()
        started = time.monotonic()
        try:
            yield cost
        finally:
            cost.seconds = time.monotonic() - started
            self.cost = None

    def statement(self, *_):
        """A statement goes to the database."""
        if self.cost:
            self.cost.statements += 1

    def call(self, url):
        """A request goes to the cloud; the path begins with the service."""
        if self.cost:
            path = urllib.parse.urlsplit(url).path
            self.cost.calls[path.split('/')[1]] += 1

    def message(self):
        """A message goes to a taskmanager."""
        if self.cost:
            self.cost.messages += 1


class Application:
    """Trove's API in this process, with counters at its doors."""

    def __init__(self, arguments, token, project_id):
        from trove import cmd
        cmd.choose_backend('threading')
        # Only now: the backend must be chosen before they are imported.
        from trove.cmd import api
        from trove.cmd import process
        from trove.rpc import taskmanager
        self._counter = Counter()
        watch(self._counter, taskmanager.Client)
        self._client = test.Client(api.application(
            process.configure('trove-api', arguments)))
        self._token = token
        self._project_id = project_id

    def call(self, method, path, body=None):
        """(response, Cost) of one request; ``{project}`` may be named."""
        with self._counter.counting() as cost:
            response = self._client.open(
                path.format(project=self._project_id), method=method,
                json=body, headers={'X-Auth-Token': self._token})
            response.get_data()
        cost.status = response.status_code
        return response, cost


def watch(counter, waker):
    """Have the three doors tell the counter; for the whole process."""
    sqlalchemy.event.listen(sqlalchemy.Engine, 'before_cursor_execute',
                            counter.statement)
    send = requests.adapters.HTTPAdapter.send
    wake = waker.wake

    def counted_send(self, request, *args, **kwargs):
        counter.call(request.url)
        return send(self, request, *args, **kwargs)

    def counted_wake(self, operation_id):
        counter.message()
        return wake(self, operation_id)

    requests.adapters.HTTPAdapter.send = counted_send
    waker.wake = counted_wake
