# SPDX-License-Identifier: Apache-2.0
"""How long the cloud is waited for."""

import pytest

from trove.cloud import session
from trove.tests.fixtures import options


@pytest.mark.parametrize(('configured', 'patience_s', 'wanted'), [
    ((30, 2), None, (30, 2)), ((30, 2), 15, (15, 1)), ((5, 0), 15, (5, 0))])
def test_who_makes_a_tenant_wait_is_less_patient(configured, patience_s,
                                                 wanted):
    made = session.new_session(options.make(
        service_credentials__auth_url='http://keystone',
        service_credentials__password='word',
        service_credentials__request_timeout=configured[0],
        service_credentials__request_retries=configured[1]), patience_s)
    assert (made.timeout, made._retries) == wanted
