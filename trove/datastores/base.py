# SPDX-License-Identifier: Apache-2.0
"""Datastore: what the control plane must know of an engine.

Pure: it checks, renders and answers with data, and reaches nothing.
"""

import abc
import typing

from trove.common import context
from trove.common import exception
from trove.objects import order

if typing.TYPE_CHECKING:
    from oslo_config import cfg


class Flavor(typing.TypedDict):
    """The size of a server, as far as an engine cares."""

    ram_mb: int
    vcpus: int


class Datastore(abc.ABC):
    """The control half of an engine; ``conf`` has its options registered."""

    #: Manager name: the entry point and the option group.
    name: str
    #: What is in the option group.
    opts: typing.ClassVar[list[typing.Any]]
    #: Interfaces that the guest half gives; a contract test holds this.
    capabilities: frozenset[str]
    #: Parameters, in small letters, that no tenant may set whoever defines
    #: them: a way out of the engine, or to lock the agent out of it.
    withheld_parameters: frozenset[str] = frozenset()
    #: Parameters, in small letters, whose value is memory, and the bytes of
    #: one unit: no tenant may give one all that the server has.
    memory_parameters: typing.ClassVar[typing.Mapping[str, int]] = {}

    def memory_at_start(self, ram_mb: int) -> typing.Mapping[str, int]:
        """Those of `memory_parameters` that the engine takes for sure.

        It does so for itself, whatever its clients do; what they may take
        is not among it. Each with the bytes that it is on a server of this
        memory unless a tenant says otherwise.
        """
        return {}

    #: Whether the engine can be without TLS; the guest half says the same.
    tls_can_be_off: bool = True

    def __init__(self, conf: 'cfg.ConfigOpts') -> None:
        self._conf = conf

    @classmethod
    def register_opts(cls, conf: 'cfg.ConfigOpts') -> None:
        """Declare the engine's options."""
        conf.register_opts(cls.opts, group=cls.name)

    @classmethod
    def list_opts(cls) -> tuple[str, list[typing.Any]]:
        """The engine's option group, for sample files."""
        return cls.name, cls.opts

    @property
    def options(self) -> typing.Any:
        """The engine's option group."""
        return self._conf[self.name]

    @property
    def volume_support(self) -> bool:
        """Whether data lies on a volume; else on the server's own disk."""
        return bool(self.options.volume_support)

    @property
    def tcp_ports(self) -> tuple[tuple[int, int], ...]:
        """Ranges of ports that clients and members use."""
        return tuple(_range(text) for text in self.options.tcp_ports)

    @property
    def udp_ports(self) -> tuple[tuple[int, int], ...]:
        """The same for UDP."""
        return tuple(_range(text) for text in self.options.udp_ports)

    @property
    def mount_point(self) -> str:
        """Where the guest mounts the data volume."""
        return str(self.options.mount_point)

    @property
    def device_path(self) -> str:
        """Where the volume is when its serial number is not visible."""
        return str(self.options.device_path)

    @property
    def root_on_create(self) -> bool:
        """Whether a new instance has its root user enabled."""
        return bool(self.options.root_on_create)

    @property
    def exposed_logs(self) -> frozenset[str]:
        """Names of the logs that tenants may see; "all" names each."""
        return frozenset(self.options.guest_log_exposed_logs)

    @property
    def reserved_users(self) -> frozenset[str]:
        """Names that no tenant's user may have."""
        return frozenset(self.options.ignore_users)

    @property
    def reserved_databases(self) -> frozenset[str]:
        """Names that no tenant's database may have."""
        return frozenset(self.options.ignore_dbs)

    def offers_tls(self, version: str | None) -> bool:
        """Whether an engine that was never told anything offers TLS."""
        return False

    def new_password(self) -> str:
        """A password of the configured length."""
        return context.new_password(self.options.default_password_length)

    def check_cluster(self, members: int) -> None:
        """Raise BadRequest if a cluster may not have so many members.

        An engine that never forms one is NotSupported.
        """
        raise exception.NotSupported(feature='A cluster', subject=self.name)

    @abc.abstractmethod
    def check_database(self, spec: order.DatabaseSpec) -> None:
        """Raise BadRequest if such a database may not be made."""

    @abc.abstractmethod
    def check_user(self, spec: order.UserSpec) -> None:
        """Raise BadRequest if such a user may not be made."""

    @abc.abstractmethod
    def check_password(self, password: str) -> None:
        """Raise BadRequest if this may not be a password."""

    @abc.abstractmethod
    def render(self, flavor: Flavor, instance_id: str, version: str) -> str:
        """The base configuration of an engine on a server of this size."""

    @abc.abstractmethod
    def defaults(self, flavor: Flavor, instance_id: str,
                 version: str) -> dict[str, str]:
        """The base configuration as names and values."""

    @abc.abstractmethod
    def parameters(self, version: str) -> list[dict[str, typing.Any]]:
        """Parameters that a tenant may tune in this version, as the database
        stores them."""


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition('-')
    try:
        low, high = int(first), int(last or first)
    except ValueError as error:
        raise exception.ConfigError('%r is no port or range of ports.'
                                    % text) from error
    if not 0 < low <= high < 65536:
        raise exception.ConfigError('%r is no range of ports.' % text)
    return low, high
