# SPDX-License-Identifier: Apache-2.0
"""What travels to guests is in no log of the messaging libraries."""

from trove.objects import order
from trove.tests.fixtures import hearing

SECRET = 'sw0rdfish'


class Agent:
    """An endpoint that takes passwords, and one that fails with them."""

    def __init__(self):
        self.taken = []

    def prepare(self, order):
        self.taken.append(order)

    def create_user(self, users):
        self.taken.append(users)

    def change_passwords(self, users):
        raise ValueError('a defect')


def test_passwords_on_their_way_are_not_logged(control, boot, caplog):
    made, agent = control.enrol(), Agent()
    with hearing.everything(caplog):
        boot(made, agent)
        control.links.versions[made] = '1.9'
        users = [{'name': 'ann', 'password': SECRET, 'host': '%',
                  'databases': []}]
        control.guests.create_user(made, users)
        try:
            control.guests.change_passwords(made, users)
        except Exception as error:  # noqa: BLE001 - its words are looked at
            assert SECRET not in str(error)
        control.guests.prepare(order.Prepare(
            instance_id=made, operation_id='o1', manager='mariadb',
            version='10.11', memory_mb=512, users=(order.UserSpec(
                name='app', password=SECRET),)))
    assert agent.taken[0][0]['password'] == SECRET
    assert caplog.records, 'nothing at all was logged'
    secrets = control.links.secrets[made]
    for secret in (SECRET, secrets.password):
        assert secret not in caplog.text
