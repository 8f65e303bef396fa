# SPDX-License-Identifier: Apache-2.0
"""Instance: a database server, as its tenant knows it."""

import dataclasses
import datetime
import typing

from trove.objects import status


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address of an instance; ``network_id`` only for private ones."""

    address: str
    type: str = 'private'
    network_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may reach the engine; None means nothing was asked for."""

    is_public: bool | None = None
    allowed_cidrs: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The newest failure of an instance, in a sentence for its tenant."""

    message: str
    details: str | None
    created: datetime.datetime
    updated: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the guest last reported and when (UTC, naive)."""

    status: status.Service
    reported_at: datetime.datetime | None
    api_version: str | None = None
    agent_version: str | None = None
    engine_version: str | None = None
    phase: str | None = None
    volume_total_gb: float | None = None
    volume_used_gb: float | None = None
    details: dict[str, typing.Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A database server, as its tenant knows it.

    ``volume_gb`` None: the data lives on the server's own disk. Times are
    UTC without zone. ``datastore`` and ``version`` names are joined in by
    the repository so that showing an instance needs no further query.
    """

    id: str
    project_id: str
    name: str
    flavor_id: str
    datastore_version_id: str | None
    created: datetime.datetime
    updated: datetime.datetime
    task: status.Task = status.Task.NONE
    task_text: str | None = None
    task_started: datetime.datetime | None = None
    volume_gb: int | None = None
    volume_type: str | None = None
    volume_id: str | None = None
    ram_mb: int = 0
    server_id: str | None = None
    server_status: str | None = None
    hostname: str | None = None
    region: str | None = None
    availability_zone: str | None = None
    locality: str | None = None
    access: Access = Access()
    addresses: tuple[Address, ...] = ()
    facts_at: datetime.datetime | None = None
    configuration_id: str | None = None
    configuration_name: str | None = None
    replica_of: str | None = None
    replicas: tuple[str, ...] = ()
    cluster_id: str | None = None
    shard_id: str | None = None
    type: str | None = None
    deleted: bool = False
    deleted_at: datetime.datetime | None = None
    datastore_name: str | None = None
    version_name: str | None = None
    version_number: str | None = None
    manager: str | None = None
    encrypted_link: bool = True
    report: Report | None = None
    fault: Fault | None = None
    backup_runs: bool = False

    @property
    def status(self) -> str:
        """The one word shown of this instance."""
        return status.shown(self.task, self.server_status, self.backup_runs,
                            self.deleted)

    def operating_status(self, now: datetime.datetime,
                         expiry_s: float) -> str:
        """The engine's state in one word, or nothing."""
        return status.operating(
            self.task, self.server_status,
            self.report.status if self.report else None,
            self.report.reported_at if self.report else None,
            now, expiry_s)
