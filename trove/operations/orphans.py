# SPDX-License-Identifier: Apache-2.0
"""Find what nobody owns in cloud and broker, and remove it on request.

Ours is what bears our mark: metadata, description or name that names an
instance. It is an orphan when that instance has ended, or lives but has no
record of it, and no unfinished operation may be about to make one.

In Swift nothing is ours: guests publish logs with a tenant's token into the
tenant's account, where they expire by themselves.
"""

import collections.abc
import dataclasses
import datetime
import typing

from oslo_config import cfg

from trove.cloud import ports
from trove.objects import orphan
from trove.objects.orphan import Reason

#: What is deleted first holds on to what comes after it.
KINDS = ('server', 'floating_ip', 'port', 'volume', 'security_group',
         'server_group', 'broker_user', 'queue')

#: An instance has these without a record.
_UNRECORDED = frozenset(('queue',))

#: Names in the records that the services do not tell apart.
_SAME = {'mgmt_port': 'port'}

Owners = collections.abc.Mapping[str, orphan.Owner]
_Key = tuple[str, str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Sight:
    """What is compared."""

    db: typing.Any
    cloud: ports.Cloud
    broker: typing.Any
    conf: cfg.ConfigOpts


def find(sight: Sight, minutes: float) -> list[orphan.Orphan]:
    """Orphans of which nothing has changed for so many minutes.

    The services are looked at before the records: whatever they show was
    promised earlier, so its promise is seen.
    """
    begun = sight.db.now()
    things = look(sight)
    with sight.db.reader() as tx:
        owners = tx.ownership.owners()
        records = tx.ownership.records()
    return diagnose(things, owners, records,
                    begun - datetime.timedelta(minutes=minutes))


def look(sight: Sight) -> list[orphan.Thing]:
    """Everything in cloud and broker that bears our mark."""
    cloud = sight.cloud
    return [*cloud.compute.owned(), *cloud.volumes.owned(),
            *cloud.network.owned(), *sight.broker.owned()]


def diagnose(things: collections.abc.Iterable[orphan.Thing],
             owners: Owners, records: collections.abc.Iterable[orphan.Thing],
             before: datetime.datetime) -> list[orphan.Orphan]:
    """What is wrong, of things and owners that rest since ``before``."""
    known = {_key(one): one for one in (*records, *_facts(owners))}
    there = {_key(one): one for one in things}
    found = []
    for key, thing in there.items():
        reason = _why(thing, owners.get(thing.instance_id), key in known)
        if reason:
            found.append(orphan.Orphan(thing=thing, reason=reason))
    for key, record in known.items():
        if key not in there and key[1] in KINDS:
            found.append(orphan.Orphan(
                thing=record, reason=Reason.LOST
                if _lives(owners.get(record.instance_id))
                else Reason.STALE))
    return sorted((one for one in found if _rests(one.thing, owners, before)),
                  key=lambda one: (KINDS.index(_kind(one.thing)),
                                   one.thing.external_id))


def _why(thing: orphan.Thing, owner: orphan.Owner | None,
         known: bool) -> Reason | None:
    if owner is None:
        return Reason.UNKNOWN
    if owner.deleted:
        return Reason.DELETED
    if known or thing.kind in _UNRECORDED:
        return None
    return Reason.DOUBLE


def _facts(owners: Owners) -> collections.abc.Iterator[orphan.Thing]:
    """Server and volume of each instance that lives."""
    for owner in owners.values():
        for kind, external_id in (('server', owner.server_id),
                                  ('volume', owner.volume_id)):
            if external_id and not owner.deleted:
                yield orphan.Thing(kind=kind, external_id=external_id,
                                   instance_id=owner.instance_id)


def _rests(thing: orphan.Thing, owners: Owners,
           before: datetime.datetime) -> bool:
    """Whether nobody may be about to record it."""
    owner = owners.get(thing.instance_id)
    if owner and (owner.busy or owner.quiet_since > before):
        return False
    return thing.created is None or thing.created <= before


def _lives(owner: orphan.Owner | None) -> bool:
    return owner is not None and not owner.deleted


def _kind(thing: orphan.Thing) -> str:
    return _SAME.get(thing.kind, thing.kind)


def _key(thing: orphan.Thing) -> _Key:
    return thing.instance_id, _kind(thing), thing.external_id
