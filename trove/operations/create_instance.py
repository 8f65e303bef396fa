# SPDX-License-Identifier: Apache-2.0
"""Promise a new instance.

Everything is checked before anything is written, in the order that the API
documents; then records, quota and operation appear in one transaction.
"""

import dataclasses
import datetime
import typing
import uuid

from trove.cloud import resources
from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import datastore
from trove.objects import instance
from trove.objects import order
from trove.objects import status
from trove.operations import accounts
from trove.operations import apply_configuration
from trove.operations import backups
from trove.operations import capacity
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import instance_modules
from trove.operations import memory_values
from trove.operations import networks
from trove.operations import quota
from trove.operations import replicas

VERB = 'create_instance'


class ReplicaOnly(exception.BadRequest):
    """Something that a replica takes from its source was given."""

    template = '%(field)s cannot be given for a replica.'


class NotYet(exception.NotSupported):
    """The deployment cannot do this."""

    template = '%(feature)s is not supported by this deployment.'


class UnknownZone(exception.BadRequest):
    """No such availability zone, or it is down."""

    template = 'Availability zone %(zone)s does not exist or is down.'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A create request as its tenant wrote it."""

    name: str
    flavor_id: str | None = None
    volume_gb: int | None = None
    volume_type: str | None = None
    datastore: str | None = None
    version: str | None = None
    version_number: str | None = None
    databases: tuple[order.DatabaseSpec, ...] = ()
    users: tuple[order.UserSpec, ...] = ()
    backup_id: str | None = None
    replica_of: str | None = None
    replica_count: int = 1
    availability_zone: str | None = None
    nics: tuple[networks.Nic, ...] = ()
    configuration_id: str | None = None
    module_ids: tuple[str, ...] = ()
    locality: str | None = None
    region: str | None = None
    access: instance.Access = instance.Access()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The new instance and, where root was enabled at once, its password."""

    instance: instance.Instance
    root_password: str | None = dataclasses.field(default=None, repr=False)


def create_instance(ctx: context.Context, deps: deps_.Deps,
                    wish: Wish) -> Created:
    """Check a wish, record the instance and promise to build it."""
    _check_replica_rules(wish)
    if wish.replica_of:
        _refuse_replicas(ctx, deps, wish, wish.replica_of)
    version = datastores.choose(deps, wish.datastore, wish.version,
                                wish.version_number)
    engine = capacity.engine_of(deps, version)
    image = capacity.image_of(deps, version)
    accounts.check(engine, wish.databases, wish.users,
                   deps.conf.hostname_require_valid_ip)
    if wish.configuration_id:
        apply_configuration.check_group(ctx, deps, wish.configuration_id,
                                        version.id, version.name)
    nics = networks.check(ctx, deps, wish.nics)
    _check_placement(deps, wish)
    flavor = capacity.flavor_of(deps, wish.flavor_id, version, image)
    volume_gb, volume_type = capacity.volume_of(
        deps, engine, version, flavor, wish.volume_gb, wish.volume_type)
    if wish.backup_id:
        backups.check_restore(ctx, deps, wish.backup_id, version, volume_gb,
                              flavor)
    _refuse(wish.backup_id, 'Restoring a backup')
    added = instance_modules.for_new(ctx, deps, wish.module_ids, version)
    password = engine.new_password() if engine.root_on_create else None
    record = _record(ctx, deps, wish, version, flavor, volume_gb,
                     volume_type)
    operation_id = str(uuid.uuid4())
    arguments = {**_arguments(wish, record, version, flavor, image.id, nics,
                              password), 'modules': added}
    created = _promise(ctx, deps, record, operation_id, arguments)
    deps.taskmanager.wake(operation_id)
    return Created(instance=created, root_password=password)


def _check_replica_rules(wish: Wish) -> None:
    if not wish.replica_of:
        if wish.replica_count > 1:
            raise exception.BadRequest(
                'replica_count above 1 needs replica_of.')
        return
    for field, given in (
            ('flavorRef', wish.flavor_id), ('volume', wish.volume_gb),
            ('datastore', wish.datastore or wish.version
             or wish.version_number),
            ('databases', wish.databases), ('users', wish.users),
            ('locality', wish.locality),
            ('ip_address', any(nic.ip_address for nic in wish.nics))):
        if given:
            raise ReplicaOnly(field=field)


def _refuse_replicas(ctx: context.Context, deps: deps_.Deps, wish: Wish,
                     source_id: str) -> typing.NoReturn:
    """Check what can be wrong with a replica; none is made."""
    source = replicas.check_source(ctx, deps, source_id)
    if wish.configuration_id:
        apply_configuration.check_group(
            ctx, deps, wish.configuration_id, source.datastore_version_id,
            source.version_name)
    networks.check(ctx, deps, wish.nics)
    _check_placement(deps, wish)
    replicas.refuse(deps, ctx.project_id, source, wish.replica_count)


def _refuse(given: typing.Any, feature: str) -> None:
    if given:
        raise NotYet(feature=feature)


def _check_placement(deps: deps_.Deps, wish: Wish) -> None:
    zone = wish.availability_zone
    if zone and not capacity.has_zone(deps, zone):
        raise UnknownZone(zone=zone)
    own = deps.conf.service_credentials.region_name
    _refuse(wish.region and wish.region != own, 'Another region')


def _record(ctx: context.Context, deps: deps_.Deps, wish: Wish,
            version: datastore.Version, flavor: resources.Flavor,
            volume_gb: int | None, volume_type: str | None
            ) -> instance.Instance:
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None,
                                                      microsecond=0)
    return instance.Instance(
        id=str(uuid.uuid4()), project_id=ctx.project_id, name=wish.name,
        flavor_id=flavor.id, datastore_version_id=version.id, created=now,
        updated=now, task=status.Task.BUILDING,
        task_text=status.Task.BUILDING.text, task_started=now,
        volume_gb=volume_gb, volume_type=volume_type, ram_mb=flavor.ram_mb,
        region=deps.conf.service_credentials.region_name,
        availability_zone=wish.availability_zone, locality=wish.locality,
        access=wish.access, configuration_id=wish.configuration_id,
        datastore_name=version.datastore_name,
        version_name=version.name, version_number=version.number,
        manager=version.manager,
        encrypted_link=False,       # the server that it leads to comes later
        report=instance.Report(status=status.Service.NEW,
                               reported_at=None))


def _arguments(wish: Wish, record: instance.Instance,
               version: datastore.Version, flavor: resources.Flavor,
               image_id: str, nics: tuple[networks.Nic, ...],
               password: str | None) -> dict[str, typing.Any]:
    return {
        'flavor': dataclasses.asdict(flavor),
        'image_id': image_id,
        'volume_gb': record.volume_gb,
        'volume_type': record.volume_type,
        'nics': [nic.to_dict() for nic in nics],
        'databases': [dataclasses.asdict(spec) for spec in wish.databases],
        'users': [dataclasses.asdict(spec) for spec in wish.users],
        'availability_zone': wish.availability_zone,
        'locality': wish.locality,
        'access': dataclasses.asdict(wish.access),
        'manager': version.manager,
        'datastore': version.datastore_name,
        'version': version.number,
        'datastore_version_id': version.id,
        'root_password': password,
        'overrides': {},
    }


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps,
             record: instance.Instance, operation_id: str,
             arguments: dict[str, typing.Any]) -> instance.Instance:
    deltas = {'instances': 1, 'ram': record.ram_mb}
    if record.volume_gb is not None:
        deltas['volumes'] = record.volume_gb
    with deps.db.writer() as tx:
        if record.configuration_id:
            # Locked: it is neither edited nor deleted before we use it.
            group = tx.configurations.get(record.configuration_id, lock=True)
            memory_values.check(
                deps, record.manager, group.values, record.ram_mb,
                memory_values.flavor(record.flavor_id))
            arguments = {**arguments, 'overrides': group.values}
            record = dataclasses.replace(record,
                                         configuration_name=group.name)
        tx.instances.add(record)
        if arguments['root_password']:
            tx.roots.enable(record.id, ctx.user_id)
        tx.operations.add(VERB, record.id, ctx, arguments,
                          operation_id=operation_id)
        tx.quotas.reserve(ctx.project_id, operation_id, record.id, deltas,
                          quota.defaults(deps.conf))
    # Not read back: it is as it was written, and the names of what it
    # refers to are known.
    return record
