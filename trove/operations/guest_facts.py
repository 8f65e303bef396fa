# SPDX-License-Identifier: Apache-2.0
"""What operators ask a guest itself, whatever the state of its engine."""

import typing

from trove.objects import instance
from trove.operations import deps as deps_
from trove.operations import guest_calls


def ping(deps: deps_.Deps, server: instance.Instance) -> None:
    """Return when the guest has answered."""
    with guest_calls.answered():
        deps.guest.ping(server.id)


def hardware(deps: deps_.Deps,
             server: instance.Instance) -> dict[str, typing.Any]:
    """Memory (KiB) and processors of the server."""
    with guest_calls.answered():
        found: dict[str, typing.Any] = deps.guest.get_hwinfo(server.id)
        return found


def diagnostics(deps: deps_.Deps,
                server: instance.Instance) -> dict[str, typing.Any]:
    """What the guest agent's process takes up."""
    with guest_calls.answered():
        found: dict[str, typing.Any] = deps.guest.get_diagnostics(server.id)
        return found
