# SPDX-License-Identifier: Apache-2.0
"""Remove orphans that somebody has looked at, or chosen to trust us with.
"""

import collections.abc
import functools

from trove.cloud import ports
from trove.common import exception
from trove.common import waiting
from trove.objects import orphan
from trove.objects.orphan import Reason
from trove.operations import orphans

#: Beyond doubt: the instance was ours, and its deletion has ended.
SURE = frozenset((Reason.DELETED, Reason.STALE))

#: To be looked at first: the instance lives, with things of its own.
SHOWN = SURE | {Reason.DOUBLE}

#: An instance that this database has never known may be another's: of a
#: second deployment in the same project, or newer than a restored backup.
FOREIGN = SHOWN | {Reason.UNKNOWN}

_BROKER_S = 10

_Probe = collections.abc.Callable[[str], bool]

_PASSING = (ports.CloudBusy, ports.CloudDown, exception.Unavailable)


class NoOrphan(exception.Conflict):
    """It has found an owner since it was looked at."""

    template = 'an operation of its instance is at work'


def clean(sight: orphans.Sight,
          found: collections.abc.Iterable[orphan.Orphan],
          reasons: frozenset[Reason]
          ) -> collections.abc.Iterator[tuple[orphan.Orphan, str | None]]:
    """Remove those with one of the reasons; each with what hindered it.

    ``found`` in the order of `orphans.find`. A lost thing of an instance
    that lives is not ours to forget: healing needs to know.
    """
    for one in found:
        if one.reason in reasons:
            try:
                _remove(sight, one)
            except exception.TroveError as error:
                yield one, str(error)
            else:
                yield one, None


def _remove(sight: orphans.Sight, one: orphan.Orphan) -> None:
    thing = one.thing
    with sight.db.reader() as tx:
        if tx.ownership.busy(thing.instance_id):
            raise NoOrphan()
        if one.reason is Reason.DOUBLE and any(
                known.external_id == thing.external_id
                for known in tx.resources.of(thing.instance_id)):
            raise NoOrphan()
    if one.reason is not Reason.STALE:
        _delete(sight, thing)
    with sight.db.writer() as tx:
        kinds = (('port', 'mgmt_port') if thing.kind == 'port'
                 else (thing.kind,))
        for kind in kinds:
            tx.resources.forget(thing.instance_id, kind, thing.external_id)


def _delete(sight: orphans.Sight, thing: orphan.Thing) -> None:
    """Delete it and see it go."""
    probe, timeout_s = _ways(sight, thing.instance_id)[thing.kind]
    last: list[Exception] = []

    def look() -> bool:
        try:
            return probe(thing.external_id)
        except _PASSING as error:
            last[:] = [error]
            return False

    try:
        waiting.until(look, timeout_s, 'its end', poll_s=0.05)
    except exception.WaitTimeout as error:
        raise last[0] if last else error from error


def _ways(sight: orphans.Sight, instance_id: str
          ) -> dict[str, tuple[_Probe, float]]:
    """How each kind is deleted, and how long that may take."""
    cloud, conf = sight.cloud, sight.conf
    ports_s = conf.port_delete_time_out
    return {
        'server': (functools.partial(_gone, cloud.compute),
                   conf.server_delete_time_out),
        'volume': (functools.partial(_gone, cloud.volumes),
                   conf.volume_time_out),
        'port': (_once(cloud.network.delete_port), ports_s),
        'floating_ip': (_once(cloud.network.delete_floating), ports_s),
        'security_group': (_once(cloud.network.delete_security_group),
                           ports_s),
        'server_group': (_once(cloud.compute.delete_group), ports_s),
        # The broker knows users and queues by their instance.
        'broker_user': (lambda _: _done(
            sight.broker.delete_user, instance_id), _BROKER_S),
        'queue': (lambda _: _done(
            sight.broker.delete_queues, instance_id), _BROKER_S)}


def _gone(service: ports.Compute | ports.Volumes, external_id: str) -> bool:
    """Look, and ask for its end until it is on its way."""
    try:
        if service.show(external_id).status.lower() not in (
                'deleting', 'deleted'):
            service.delete(external_id)
    except exception.NotFound:
        return True
    return False


def _once(delete: collections.abc.Callable[[str], None]) -> _Probe:
    return functools.partial(_done, delete)


def _done(delete: collections.abc.Callable[[str], None], what: str) -> bool:
    delete(what)
    return True
