# SPDX-License-Identifier: Apache-2.0
"""What just fits, fits; what is one more does not."""

import types

import pytest

from trove.cloud import resources
from trove.operations import capacity
from trove.tests.fixtures import options

VERSION = types.SimpleNamespace(
    flavor_ids=(), volume_types=(), datastore_name='mariadb', name='10.11')
IMAGE = resources.Image(id='i', name='image', status='active', min_ram_mb=512,
                        min_disk_gb=5)


def a_flavor(**changes):
    return resources.Flavor(**{'id': 'f', 'name': 'small', 'ram_mb': 512,
                               'vcpus': 1, 'disk_gb': 5, **changes})


def deps(flavor=None):
    """A cloud that has this flavor."""
    return types.SimpleNamespace(
        conf=options.make(max_accepted_volume_size=10),
        cloud=types.SimpleNamespace(compute=Compute(flavor)))


class Compute:
    def __init__(self, flavor):
        self._flavor = flavor

    def flavors(self):
        return [self._flavor]


@pytest.mark.parametrize('changes', [
    {}, {'disk_gb': 0}])        # a disk of 0 GB is as large as the image
def test_a_flavor_that_is_just_large_enough_is_taken(changes):
    found = a_flavor(**changes)
    assert capacity.flavor_of(deps(found), 'f', VERSION, IMAGE) == found


@pytest.mark.parametrize('changes, words', [
    ({'ram_mb': 511}, '511 MB of memory, the image needs 512 MB'),
    ({'disk_gb': 4}, 'a disk of 4 GB, the image needs 5 GB')])
def test_a_flavor_that_is_too_small_is_refused(changes, words):
    with pytest.raises(capacity.FlavorRefused, match=words):
        capacity.flavor_of(deps(a_flavor(**changes)), 'f', VERSION, IMAGE)


def test_a_volume_is_as_large_as_the_limit_at_most():
    engine = types.SimpleNamespace(volume_support=True)

    def volume(size_gb):
        return capacity.volume_of(deps(), engine, VERSION, a_flavor(),
                                  size_gb, None)

    assert volume(10)[0] == 10
    with pytest.raises(capacity.VolumeTooLarge):
        volume(11)
