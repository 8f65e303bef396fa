# SPDX-License-Identifier: Apache-2.0
"""Resource: a thing in another service that belongs to an instance."""

import dataclasses
import typing

KINDS = ('security_group', 'port', 'mgmt_port', 'volume', 'server',
         'floating_ip', 'server_group', 'broker_user')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What an instance owns elsewhere, by that service's id."""

    instance_id: str
    kind: str
    external_id: str
    operation_id: str | None = None
    details: dict[str, typing.Any] | None = None
