# SPDX-License-Identifier: Apache-2.0
"""Requests and taskmanagers at the same time neither exceed nor leak quota.
"""

import threading
import types

import pytest

from trove.cloud import fake
from trove.common import exception
from trove.db import session
from trove.operations import create_instance
from trove.operations import delete_instance
from trove.operations import deps
from trove.operations import guest_links
from trove.operations import networks
from trove.taskmanager import engine
from trove.taskmanager import lease as leases
from trove.taskmanager import tools
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import database
from trove.tests.fixtures import guests
from trove.tests.fixtures import options

CTX = control_plane.CTX
ASKED, LIMIT = 5, 2


class Site:
    """The control plane over a database that others may use as well."""

    def __init__(self, db):
        self.db = db
        self.conf = options.make(
            network__default_network_id='net-shared',
            max_instances_per_tenant=LIMIT,
            taskmanager__cancel_poll_s=0.01)
        cloud = fake.build()
        agents = guests.FakeGuests(db)
        cloud.compute.on_active.append(agents.on_active)
        engines = types.SimpleNamespace(
            get=lambda _: control_plane.FakeEngine())
        self.rooms = tools.Rooms(
            db=db, cloud=cloud, guest=agents, broker=guests.FakeBroker(),
            datastores=engines, conf=self.conf,
            links=guest_links.GuestLinks(db, db.keyring))
        self.deps = deps.Deps(
            db=db, cloud=cloud, taskmanager=control_plane.NoWaker(),
            datastores=engines, conf=self.conf, guest=agents)
        with db.writer() as tx:
            control_plane.store_datastore(tx)

    def create(self, number):
        """Ask for an instance; gives its id."""
        return create_instance.create_instance(
            CTX, self.deps, create_instance.Wish(
                name='db-%d' % number, flavor_id='1', volume_gb=1,
                datastore='mariadb',
                nics=(networks.Nic(network_id='net-shared'),))).instance.id

    def delete(self, instance_id):
        """Ask for its end."""
        delete_instance.delete_instance(CTX, self.deps, instance_id)

    def work(self, owner):
        """Work until nothing is due."""
        while True:
            since = leases.clock()
            found = self._take(owner)
            if not found:
                return
            engine.Engine(self.rooms, threading.Event()).run(
                found[0], leases.Lease(found[0].id, found[0].fence, 60,
                                       since))

    @session.retried
    def _take(self, owner):
        with self.db.writer() as tx:
            return tx.operations.take(owner, 60, 1)

    def used(self):
        """{resource: (in use, reserved)}."""
        with self.db.reader() as tx:
            return {one.resource: (one.in_use, one.reserved)
                    for one in tx.quotas.usages(
                        CTX.project_id, dict.fromkeys(
                            database.LIMITS, -1))}

    def recount(self):
        """What a recount changes."""
        with self.db.writer() as tx:
            return {name: (old, new) for name, (old, new)
                    in tx.recount(CTX.project_id).items() if old != new}


@pytest.fixture
def site(db):
    return Site(db)


def accepted(answers):
    """Ids of the instances; all others were refused for their quota."""
    refused = [one for one in answers if not isinstance(one, str)]
    assert all(isinstance(one, exception.QuotaExceeded)
               for one in refused), refused
    return [one for one in answers if isinstance(one, str)]


def test_of_many_creates_exactly_as_many_pass_as_fit(site):
    made = accepted(database.at_once(ASKED, site.create))
    assert len(made) == LIMIT
    assert site.used()['instances'] == (0, LIMIT)
    database.at_once(2, lambda number: site.work('tm-%d' % number))
    assert site.used()['instances'] == (LIMIT, 0)
    assert site.recount() == {}
    assert accepted(database.at_once(2, site.create)) == []


def test_deletes_and_creates_at_once_leak_nothing(site):
    first = accepted(database.at_once(LIMIT, site.create))
    site.work('tm-1')

    def act(number):
        # Half delete (each instance twice), half create, and two work.
        if number < 2 * LIMIT:
            return site.delete(first[number % LIMIT])
        if number < 3 * LIMIT:
            try:
                return site.create(number)
            except exception.QuotaExceeded:
                return None
        return site.work('tm-%d' % number)

    answers = database.at_once(3 * LIMIT + 2, act)
    failed = [one for one in answers if isinstance(one, Exception)]
    assert not failed, failed
    in_use, reserved = site.used()['instances']
    assert in_use + reserved <= LIMIT
    site.work('tm-last')
    with site.db.reader() as tx:
        alive = [one.id for one in tx.instances.list(
            project_id=CTX.project_id)]
    assert not set(first) & set(alive)
    assert site.used()['instances'] == (len(alive), 0)
    assert site.used()['volumes'] == (len(alive), 0)
    assert site.recount() == {}
    for instance_id in alive:
        site.delete(instance_id)
    site.work('tm-last')
    assert set(site.used().values()) == {(0, 0)}
    assert site.recount() == {}
