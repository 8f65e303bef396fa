# SPDX-License-Identifier: Apache-2.0
"""Places outside the server that a guest reads from and writes to."""

import importlib
import typing


def account(url: str, token: str,
            ca_file: str | None = None) -> typing.Any:
    """The account at this address (`trove.guestkit.storage.swift`).

    Its client library takes a tenth of the agent's memory and of the time
    to start. It is loaded when somebody first publishes, which most agents
    never do.
    """
    return importlib.import_module(
        'trove.guestkit.storage.swift').Account(url, token, ca_file)
