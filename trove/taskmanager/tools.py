# SPDX-License-Identifier: Apache-2.0
"""What the steps of one operation work with.

Everything that changes something outside this process goes through here, so
that an owner whose lease is over cannot change anything more.
"""

import dataclasses
import functools
import typing

from oslo_config import cfg

from trove.cloud import ports
from trove.common import exception
from trove.common import waiting
from trove.operations import guest_links
from trove.rpc import answers
from trove.taskmanager import lease
from trove.taskmanager import looks as looks_

#: Failures that may be over when the same is tried again.
PASSING = (ports.CloudDown, ports.CloudBusy, exception.Unavailable)


@dataclasses.dataclass(frozen=True, slots=True)
class Rooms:
    """What the process has: one set for all operations."""

    db: typing.Any
    cloud: ports.Cloud
    guest: typing.Any
    broker: typing.Any
    datastores: typing.Any
    links: guest_links.GuestLinks
    conf: cfg.ConfigOpts


@dataclasses.dataclass(frozen=True, slots=True)
class Tools(Rooms):
    """The same, held to the lease of one operation."""

    looks: looks_.Looks
    watch: lease.Watch

    def until(self, check: typing.Callable[[], typing.Any], timeout_s: float,
              what: str, most_s: float = 2.0) -> typing.Any:
        """Wait for ``check``, as `waiting.until` does.

        The pause between two looks stays near a tenth of the time waited
        so far. A look that fails for a passing reason counts as "not yet",
        until such looks have filled the patience for the cloud.
        """
        patience_s = self.conf.taskmanager.cloud_patience_s
        bad_since: float | None = None
        why = ''

        def look() -> typing.Any:
            nonlocal bad_since, why
            try:
                found = check()
            except PASSING as error:
                why = ' (%s)' % error
                if bad_since is None:
                    bad_since = lease.clock()
                if lease.clock() - bad_since >= patience_s:
                    raise
                return None
            bad_since, why = None, ''
            return found

        try:
            return waiting.until(look, timeout_s, what, poll_s=0.05,
                                 most_s=most_s, growth=1.1,
                                 stop=self.watch.check)
        except exception.WaitTimeout as error:
            # Whoever reads that it did not happen wants to know why.
            raise exception.WaitTimeout(error.message + why) from error


def held(rooms, looks, watch):
    """The tools of one operation."""
    cloud = rooms.cloud
    return Tools(
        db=_HeldDatabase(rooms.db, watch.lease),
        cloud=ports.Cloud(
            compute=_Held(cloud.compute, watch.lease),
            volumes=_Held(cloud.volumes, watch.lease),
            network=_Held(cloud.network, watch.lease),
            images=_Held(cloud.images, watch.lease),
            objects=_Held(cloud.objects, watch.lease),
            secrets=_Held(cloud.secrets, watch.lease)),
        guest=_HeldGuest(rooms.guest, watch),
        broker=_Held(rooms.broker, watch.lease),
        datastores=rooms.datastores, links=rooms.links, conf=rooms.conf,
        looks=looks, watch=watch)


class _Held:
    """Another object, whose every method first holds the lease."""

    def __init__(self, target, owned):
        self._target = target
        self._lease = owned

    def __getattr__(self, name):
        method = getattr(self._target, name)
        if not callable(method):
            return method

        @functools.wraps(method)
        def call(*args, **kwargs):
            self._lease.hold()
            return method(*args, **kwargs)
        return call


class _HeldGuest(_Held):
    """Guests, whose answers are not waited for longer than the work may go
    on: an engine may take minutes to stop."""

    def __init__(self, target, watch):
        super().__init__(target, watch.lease)
        self._watch = watch

    def __getattr__(self, name):
        method = super().__getattr__(name)
        if not callable(method):
            return method

        @functools.wraps(method)
        def call(*args, **kwargs):
            with answers.leaving(self._watch.check):
                return method(*args, **kwargs)
        return call


class _HeldDatabase:
    """The database, writing under the lease only."""

    def __init__(self, db, owned):
        self._db = db
        self._lease = owned

    def reader(self):
        """One transaction that only reads."""
        return self._db.reader()

    def writer(self):
        """One transaction that first holds that the lease is ours."""
        self._lease.hold()
        return self._db.writer(lease=self._lease.key)
