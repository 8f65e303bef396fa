# SPDX-License-Identifier: Apache-2.0
"""What operators ask a guest itself, whatever the state of its engine."""

import typing

from trove.common import exception
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
        return _facts(deps.guest.get_hwinfo(server.id), (),
                      ('mem_total', 'num_cpus'))


def diagnostics(deps: deps_.Deps,
                server: instance.Instance) -> dict[str, typing.Any]:
    """What the guest agent's process takes up."""
    with guest_calls.answered():
        return _facts(deps.guest.get_diagnostics(server.id), ('version',),
                      ('threads', 'fdSize', 'vmSize', 'vmPeak', 'vmRss',
                       'vmHwm'))


def _facts(told: typing.Any, texts: tuple[str, ...],
           counts: tuple[str, ...]) -> dict[str, typing.Any]:
    """What was asked for and nothing else: guests are not trusted."""
    if not (isinstance(told, dict)
            and all(isinstance(told.get(name), str) for name in texts)
            and all(type(told.get(name)) is int and told[name] >= 0
                    for name in counts)):
        raise exception.GuestFailed(
            'The guest answered something else than it was asked.')
    return {name: told[name] for name in (*texts, *counts)}
