# SPDX-License-Identifier: Apache-2.0
"""What the cloud has (flavors, images, networks ...), remembered briefly.

Only what was found is remembered: something new in the cloud is seen at
once, something gone within the cache time.
"""

import math
import threading
import time
import typing
import weakref

from trove.cloud import ports
from trove.cloud import resources
from trove.common import exception
from trove.objects import instance
from trove.operations import deps as deps_


class FlavorNotFound(exception.NotFound):
    """No such flavor."""

    template = 'Flavor %(flavor_id)s does not exist.'


class VolumeTypeNotFound(exception.NotFound):
    """No such volume type."""

    template = 'Volume type %(name)s does not exist.'


#: Projects can have any number of networks.
_MOST = 10000


class _Memory:
    """Values with an age; many threads may ask at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[typing.Hashable, tuple[typing.Any, float]] = {}

    def get(self, key: typing.Hashable, age_s: float,
            fetch: typing.Callable[[], typing.Any]) -> typing.Any:
        with self._lock:
            value, since = self._kept.get(key, (None, -math.inf))
        if time.monotonic() - since >= age_s:
            value = fetch()
            with self._lock:
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = (value, time.monotonic())
        return value


_memories: weakref.WeakKeyDictionary[ports.Compute, _Memory] = (
    weakref.WeakKeyDictionary())
_memories_lock = threading.Lock()


def _remembered(deps: deps_.Deps, key: typing.Hashable,
                fetch: typing.Callable[[], typing.Any],
                fresh: bool = False) -> typing.Any:
    with _memories_lock:
        memory = _memories.setdefault(deps.cloud.compute, _Memory())
    age_s = 0 if fresh else deps.conf.catalogue_cache_time
    return memory.get(key, age_s, fetch)


def flavors(deps: deps_.Deps, fresh: bool = False) -> list[resources.Flavor]:
    """Every flavor on offer, by memory and name."""
    found = _remembered(deps, 'flavors', deps.cloud.compute.flavors, fresh)
    return sorted(found, key=lambda item: (item.ram_mb, item.name, item.id))


def flavor(deps: deps_.Deps, flavor_id: str) -> resources.Flavor:
    """One flavor on offer, or FlavorNotFound."""
    for fresh in (False, True):
        for found in flavors(deps, fresh):
            if found.id == flavor_id:
                return found
    raise FlavorNotFound(flavor_id=flavor_id)


def flavor_now(deps: deps_.Deps,
               found: instance.Instance) -> resources.Flavor:
    """An instance's flavor; what is on record of it when it is off offer."""
    try:
        return flavor(deps, found.flavor_id)
    except FlavorNotFound:
        return resources.Flavor(id=found.flavor_id, name='',
                                ram_mb=found.ram_mb, vcpus=1, disk_gb=0)


def volume_types(deps: deps_.Deps,
                 fresh: bool = False) -> list[resources.VolumeType]:
    """Every volume type on offer, by name."""
    found = _remembered(deps, 'types', deps.cloud.volumes.types, fresh)
    return sorted(found, key=lambda item: (item.name, item.id))


def volume_type(deps: deps_.Deps, name_or_id: str) -> resources.VolumeType:
    """One volume type on offer, or VolumeTypeNotFound."""
    for fresh in (False, True):
        for found in volume_types(deps, fresh):
            if name_or_id in (found.id, found.name):
                return found
    raise VolumeTypeNotFound(name=name_or_id)


def has_zone(deps: deps_.Deps, name: str) -> bool:
    """Whether an availability zone of that name is up."""
    return any(name in _remembered(deps, 'zones', deps.cloud.compute.zones,
                                   fresh)
               for fresh in (False, True))


def image(deps: deps_.Deps, image_id: str | None,
          tags: tuple[str, ...]) -> resources.Image:
    """The image of that id, else the newest with the tags, or NotFound."""
    if image_id:
        found: resources.Image = _remembered(
            deps, ('image', image_id),
            lambda: deps.cloud.images.show(image_id))
        return found
    if not tags:
        raise exception.NotFound(kind='Image', id='(none named)')
    newest: resources.Image = _remembered(
        deps, ('tags', tags), lambda: deps.cloud.images.newest(tags))
    return newest


def networks(deps: deps_.Deps, project_id: str) -> list[str]:
    """Ids of the networks that a project can attach an instance to."""
    found = _remembered(deps, ('networks', project_id),
                        lambda: deps.cloud.network.usable(project_id))
    ours = deps.conf.management_networks
    return [network_id for network_id in found if network_id not in ours]


def subnet(deps: deps_.Deps, project_id: str, network_id: str | None,
           subnet_id: str | None) -> resources.Subnet | None:
    """The subnet of a project's choice, if it names one.

    Raises NotFound where the project may not use network or subnet.
    """
    found: resources.Subnet | None = _remembered(
        deps, ('subnet', project_id, network_id, subnet_id),
        lambda: deps.cloud.network.check(project_id, network_id, subnet_id))
    return found
