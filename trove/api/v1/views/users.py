# SPDX-License-Identifier: Apache-2.0
"""Database users as clients see them; never their passwords."""

from trove.api.v1.views import databases


def user(found):
    """A user with the databases it may use."""
    return {'name': found.name, 'host': found.host,
            'databases': databases.named(found.databases)}
