# SPDX-License-Identifier: Apache-2.0
"""An engine in memory, with the interfaces of a real driver."""

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores import statements
from trove.objects import status


class FakeEngine(interfaces.Engine):
    mount_point = '/var/lib/fake'
    words = statements.Statements()

    def __init__(self, calls):
        self.calls = calls
        self.fails_at = None
        self.service = status.Service.SHUTDOWN
        self.wrong = None

    def _do(self, name):
        self.calls.append(name)
        if self.fails_at == name:
            raise exception.GuestFailed('no luck with s3cret at ' + name)

    def initialise(self):
        self._do('initialise')

    def start(self):
        self._do('start')
        self.service = status.Service.HEALTHY

    def stop(self):
        self._do('stop')
        self.service = status.Service.SHUTDOWN

    def abort(self):
        self._do('abort')
        self.service = status.Service.SHUTDOWN

    def secure(self):
        self._do('secure')

    def status(self):
        return self.service

    def version(self):
        return '1.2'

    def memory_mb(self):
        return 12

    def tend(self):
        if isinstance(self.wrong, Exception):
            raise self.wrong
        return self.wrong


class FakeTuning(interfaces.Tuning):
    def __init__(self, calls):
        self.calls = calls

    def write_base(self, config):
        self.calls.append('configure')

    def write_overrides(self, overrides):
        self.overrides = overrides

    def apply(self, values):
        return values


class FakeUsers:
    def __init__(self, calls):
        self.calls = calls

    def create(self, spec):
        self.calls.append('user ' + spec.name)


def driver(**parts):
    """(Driver, what it was made to do)."""
    calls = []
    return interfaces.Driver(
        engine=FakeEngine(calls), tuning=FakeTuning(calls),
        users=FakeUsers(calls), **parts), calls
