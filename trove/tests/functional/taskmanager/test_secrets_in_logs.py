# SPDX-License-Identifier: Apache-2.0
"""No secret is logged by the taskmanager or the database's library."""

import pytest

from trove.common import exception
from trove.tests.fixtures import hearing

SECRET = 's3cret'       # of the users that `plane.create` asks for


@pytest.mark.parametrize('trouble', [
    None, exception.GuestFailed('odd'), ValueError('a defect')])
def test_secrets_of_instances_are_not_logged(plane, caplog, trouble):
    hearing.echo(plane.db)
    secrets = [SECRET]
    admit = plane.broker.create_user

    def noting(instance_id, password, user=None):
        secrets.append(password)
        return admit(instance_id, password, user)
    plane.broker.create_user = noting
    if trouble:
        def fail(order):
            raise trouble
        plane.guests.prepare = fail
    with hearing.everything(caplog):
        made = plane.create()
        plane.work()
        if trouble is None:
            plane.rotate(made)
            plane.work()
        plane.delete(made)
        plane.work()
    assert 'INSERT INTO operations' in caplog.text, 'SQL was not heard'
    assert len(secrets) > 1, 'no broker user was made'
    for secret in secrets:
        assert secret not in caplog.text
