# SPDX-License-Identifier: Apache-2.0
"""Networks of an access object."""

import pytest

from trove.api.v1.schemas import instances
from trove.common import exception


def test_a_network_is_kept_as_everybody_writes_it_and_once():
    asked = {'allowed_cidrs': ['10.1.2.3/8', '10.0.0.0/8', '2001:DB8::1/32',
                               '192.0.2.7']}
    assert instances.access(asked).allowed_cidrs == (
        '10.0.0.0/8', '2001:db8::/32', '192.0.2.7/32')


def test_what_is_no_network_is_refused():
    with pytest.raises(exception.BadRequest, match='x is not a network'):
        instances.access({'allowed_cidrs': ['10.0.0.0/8', 'x']})
