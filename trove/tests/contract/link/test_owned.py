# SPDX-License-Identifier: Apache-2.0
"""What guests have at a real broker is known again by its names."""

import urllib.parse
import uuid

import pytest
import requests

from trove.common import waiting


@pytest.fixture
def ids(plane):
    made = [str(uuid.uuid4()) for _ in range(2)]
    yield made
    plane.remove(made)


def owned(plane, ids):
    return {(one.kind, one.external_id, one.instance_id)
            for one in plane.broker.owned() if one.instance_id in ids}


def declare(conf, node, name):
    link = conf.guest_link
    answer = requests.put(
        '%s/api/queues/%%2F/%s' % (link.management_url.rstrip('/'),
                                   urllib.parse.quote(name, safe='')),
        json={'durable': True}, auth=(link.management_user, node.password),
        timeout=10)
    answer.raise_for_status()


def test_users_and_queues_of_guests_are_listed_until_they_are_removed(
        plane, conf, node, ids):
    first, second = ids
    plane.broker.create_user(first, 'a-password')
    plane.broker.create_user(second, 'a-password')
    plane.broker.create_user(second, 'a-password',
                             'guest-%s.2' % second)
    names = ('guestagent.' + first, 'guestagent.%s.host' % first,
             'guestagent.%s_fanout_0a' % first, 'guestoutbox.' + first)
    for name in (*names, 'guestagent.other', 'x.guestagent.' + first,
                 'guestoutbox.other'):
        declare(conf, node, name)
    expected = {('queue', name, first) for name in names} | {
        ('broker_user', 'guest-' + one, one) for one in ids}
    # The management API learns of queues a moment after they are made.
    waiting.until(lambda: owned(plane, ids) == expected, 10,
                  'all names', poll_s=0.1)
    plane.remove(ids)
    waiting.until(lambda: not owned(plane, ids), 10, 'no names', poll_s=0.1)
