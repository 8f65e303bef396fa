# SPDX-License-Identifier: Apache-2.0
"""The version that a service and we both speak."""

import pytest
from keystoneauth1 import discover

from trove.cloud import microversions
from trove.cloud import ports

ENDPOINT = {'service_type': 'compute', 'interface': 'public',
            'region_name': 'RegionOne'}


class Session:
    """A session that finds an endpoint which speaks some versions."""

    def __init__(self, found):
        self._found = found

    def get_endpoint_data(self, auth, **_):
        """What was found, or the error of looking."""
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


def speaks(lowest, highest):
    return Session(discover.EndpointData(
        catalog_url='http://nova', min_microversion=lowest,
        max_microversion=highest))


def agreed(session, wanted='2.60'):
    return microversions.agree('Nova', session, ENDPOINT, wanted, '2.57')


@pytest.mark.parametrize('lowest, highest, spoken', (
    ((2, 1), (2, 90), '2.60'), ((2, 1), (2, 58), '2.58'),
    ((2, 1), (2, 57), '2.57'), ((2, 72), (2, 100), '2.72')))
def test_the_nearest_that_it_speaks_is_taken(lowest, highest, spoken):
    assert agreed(speaks(lowest, highest)) == spoken


def test_one_that_is_too_old_is_refused():
    with pytest.raises(ports.CloudRefused, match='2.1 to 2.53.*2.57'):
        agreed(speaks((2, 1), (2, 53)))


def test_one_that_does_not_tell_is_asked_for_ours():
    assert agreed(speaks(None, None)) == '2.60'


@pytest.mark.parametrize('found', (None, ValueError('no endpoint')))
def test_one_that_is_not_in_the_catalogue_is_told(found):
    with pytest.raises(ports.CloudRefused,
                       match='no public endpoint of type compute in region'):
        agreed(Session(found))
