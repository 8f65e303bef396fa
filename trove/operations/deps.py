# SPDX-License-Identifier: Apache-2.0
"""The few things an operation may touch."""

import dataclasses
import typing

from oslo_config import cfg

from trove.cloud import ports


class Waker(typing.Protocol):
    """The taskmanager as operations see it."""

    def wake(self, operation_id: str) -> None:
        """Tell a taskmanager that an operation waits.

        Never fails: when nobody can be told, the taskmanager's own look
        for waiting operations finds it seconds later.
        """


class Registry(typing.Protocol):
    """The engines that are installed, by manager."""

    def get(self, manager: str) -> typing.Any:
        """The control half of an engine, or NotSupported."""

    def names(self) -> list[str]:
        """The managers of all."""


@dataclasses.dataclass(frozen=True)
class Deps:
    """What operations are handed; they know no request and no global."""

    db: typing.Any
    cloud: ports.Cloud
    taskmanager: Waker
    datastores: Registry
    conf: cfg.ConfigOpts
    #: The client of guests (`rpc.guest.GuestClient`).
    guest: typing.Any
