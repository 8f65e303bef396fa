# SPDX-License-Identifier: Apache-2.0
"""A broker that has lost its users is given them again."""

from trove.common import exception
from trove.operations import guest_links
from trove.operations import restore_guest_links


def _secrets(user):
    return guest_links.Secrets(key_id='k', key=b'', broker_user=user,
                               broker_password='of ' + user)


class Links:
    def __init__(self, **found):
        self.found = found

    def there(self):
        return list(self.found)

    def good(self, instance_id):
        if not self.found[instance_id]:
            raise exception.InstanceNotFound(instance_id=instance_id)
        return [_secrets(user) for user in self.found[instance_id]]


class Broker:
    def __init__(self):
        self.users = []

    def create_user(self, instance_id, password, user, as_before):
        self.users.append((instance_id, user, password, as_before))


def _restore(**found):
    broker = Broker()
    return list(restore_guest_links.restore_guest_links(
        Links(**found), broker)), broker.users


def test_each_guest_gets_its_user_with_the_password_that_it_has():
    done, users = _restore(a=['guest-a'], b=['guest-b.2'])
    assert ['a', 'b'] == done
    assert [('a', 'guest-a', 'of guest-a', True),
            ('b', 'guest-b.2', 'of guest-b.2', True)] == users


def test_a_guest_that_changes_its_key_keeps_both_users():
    assert ['guest-a', 'guest-a.2'] == [
        user[1] for user in _restore(a=['guest-a', 'guest-a.2'])[1]]


def test_an_instance_that_was_deleted_meanwhile_is_passed_over():
    assert (['b'], [('b', 'guest-b', 'of guest-b', True)]) == _restore(
        a=[], b=['guest-b'])
