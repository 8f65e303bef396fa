# SPDX-License-Identifier: Apache-2.0
"""What a rebuild and an upgrade share: a server gets another image, and its
volume, ports and addresses stay."""

import dataclasses
import typing

from trove.common import exception
from trove.objects import instance
from trove.operations import catalogue
from trove.operations import deps as deps_


class DataWouldDie(exception.Unprocessable):
    """The server's own disk, which is made anew, holds the data."""

    template = ('Instance %(instance_id)s keeps its data on the server\'s '
                'own disk, which would be lost: back it up and restore it '
                'into a new instance instead.')


class NoWayBack(exception.Unprocessable):
    """The image to go back to is not known."""

    template = ('Instance %(instance_id)s cannot be rebuilt: the image of '
                'its server is not known, so there is no way back.')


def check_data(found: instance.Instance) -> None:
    """Hold that the data outlives the server's disk."""
    if found.volume_id is None:
        raise DataWouldDie(instance_id=found.id)


def arguments(deps: deps_.Deps, found: instance.Instance, image_id: str,
              version: str | None) -> dict[str, typing.Any]:
    """What the flow is told; asks the cloud, so outside a transaction."""
    server_id = found.server_id or ''
    server = deps.cloud.compute.show(server_id)
    if not server.image_id:
        raise NoWayBack(instance_id=found.id)
    return {'server_id': server_id, 'image_id': image_id,
            'old_image_id': server.image_id, 'volume_id': found.volume_id,
            'flavor': dataclasses.asdict(catalogue.flavor_now(deps, found)),
            'manager': found.manager,
            'version': version, 'old_version': found.version_number}


def overrides(tx: typing.Any, found: instance.Instance,
              lock: bool = False) -> dict[str, typing.Any]:
    """The values of the instance's group, if it has one.

    ``lock``: they stay as they are until the transaction ends.
    """
    if found.configuration_id is None:
        return {}
    return dict(tx.configurations.get(found.configuration_id,
                                      lock=lock).values)
