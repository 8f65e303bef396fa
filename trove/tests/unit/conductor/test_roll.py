# SPDX-License-Identifier: Apache-2.0
"""The outboxes that are read are those of the guests there are."""

import pytest

from trove.common import exception
from trove.conductor import roll
from trove.tests.fixtures import options


class Links:
    """Guests that have a key."""

    def __init__(self, *ids):
        self.ids = set(ids)
        self.learned = set()
        self.down = False

    def there(self):
        return sorted(self.ids)

    def learn(self, instance_ids):
        if self.down:
            raise exception.Unavailable('away')
        found = [one for one in instance_ids if one in self.ids]
        self.learned.update(found)
        return found


class Outboxes:
    """Reads what it is told to."""

    def __init__(self):
        self.asked, self.read_now, self.removed = set(), set(), []

    def wanted(self):
        return set(self.asked)

    def reading(self):
        return set(self.read_now)

    def read(self, instance_ids):
        self.asked.update(instance_ids)
        self.read_now.update(instance_ids)

    def remove(self, instance_ids):
        self.asked.difference_update(instance_ids)
        self.read_now.difference_update(instance_ids)
        self.removed += instance_ids


@pytest.fixture
def links():
    return Links('a', 'b')


@pytest.fixture
def made(links):
    made = roll.Roll(options.make(), links)
    made.outboxes = Outboxes()
    return made


def test_all_guests_are_read_and_their_keys_known(made, links):
    made.call()
    assert made.outboxes.read_now == links.learned == {'a', 'b'}


def test_what_is_read_already_is_not_looked_up_again(made, links):
    made.call()
    links.learned.clear()
    made.call()
    assert links.learned == set()


def test_a_guest_that_has_gone_is_read_no_more(made, links):
    made.call()
    links.ids.remove('b')
    made.call()
    assert made.outboxes.read_now == {'a'}
    assert made.outboxes.removed == ['b']


def test_a_deleted_queue_of_a_guest_that_is_there_is_made_again(made):
    made.call()
    made.outboxes.read_now.remove('a')
    made.call()
    assert made.outboxes.read_now == {'a', 'b'}


def test_an_announced_guest_is_read_at_once_if_there_is_one(made, links):
    links.ids.add('c')
    made.made({}, 'c')
    made.made({}, 'nobody')
    assert made.outboxes.read_now == {'c'}


def test_a_guest_announced_during_a_sweep_is_not_taken_for_gone(made, links):
    def there():
        found = ['a', 'b']
        links.ids.add('new')
        made.made({}, 'new')        # after the database has answered
        return found
    links.there = there
    made.call()
    assert made.outboxes.read_now == {'a', 'b', 'new'}


def test_a_database_that_is_away_at_an_announcement_is_no_error(made, links):
    links.down = True
    made.made({}, 'a')
    assert made.outboxes.read_now == set()
