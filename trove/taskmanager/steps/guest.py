# SPDX-License-Identifier: Apache-2.0
"""Guests: the link to them, their first sign of life, what they become."""

import logging
import typing

from trove.common import exception
from trove.objects import instance as objects
from trove.objects import order
from trove.objects import status
from trove.objects import tls
from trove.rpc import broker_names
from trove.taskmanager import lease
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base
from trove.taskmanager.steps import compute

LOG = logging.getLogger(__name__)

#: Seconds between looks at the server of a guest that says nothing, and
#: until an order that shows no effect is sent again.
_LOOK_AFTER_S = 5.0

#: How a guest says that it will not, or cannot.
_REFUSALS = (exception.GuestFailed, exception.Unprocessable,
             exception.NotFound)

#: One look serves all that wait, so each may look often.
_MOST_S = 0.1


class CreateLink(base.Step):
    """The guest's key and broker user."""

    def execute(self, instance_id: str, operation_id: str) -> None:
        """Make what is missing; the same again is harmless."""
        with self.tools.db.writer() as tx:
            secrets = self.tools.links.ensure(tx, instance_id)
            # Recorded first: found again even if we stop right after.
            tx.resources.put(instance_id, 'broker_user',
                             broker_names.user(instance_id), operation_id)
        self.tools.broker.create_user(instance_id, secrets.broker_password)

    def revert(self, instance_id: str) -> None:
        """Take the guest's right to speak away for good."""
        remove_link(self.tools, instance_id)


class WaitHello(base.Step):
    """The guest agent has reported for the first time."""

    lasts = True
    error_task = status.Task.BUILDING_ERROR_TIMEOUT_GA

    def execute(self, instance_id: str, server_id: str) -> None:
        """Wait for any report, and for a lost server."""
        _wait(self.tools, instance_id, server_id,
              lambda report: bool(report.phase), 'a sign of life of the guest')


class PrepareGuest(base.Step):
    """The guest has become a database server."""

    lasts = True
    error_task = status.Task.BUILDING_ERROR_TIMEOUT_GA

    def execute(self, instance_id: str, operation_id: str, server_id: str,
                manager: str, version: str,
                flavor: typing.Mapping[str, typing.Any],
                volume_id: str | None,
                databases: list[dict[str, typing.Any]] | None,
                users: list[dict[str, typing.Any]] | None,
                root_password: str | None,
                overrides: dict[str, typing.Any] | None) -> None:
        """Send the order until the guest knows it, then wait for the end."""
        self._drive(prepare_order(self.tools, {
            'instance_id': instance_id, 'operation_id': operation_id,
            'manager': manager, 'version': version,
            'overrides': overrides or {}, 'databases': databases or (),
            'users': users or (), 'root_password': root_password,
            'tls': encryption_of(self.tools.db, instance_id)},
            flavor, volume_id), server_id)

    def _drive(self, prepare: order.Prepare, server_id: str) -> None:
        send_again = 0.0

        def ready(report: objects.Report) -> bool:
            nonlocal send_again
            if report.details.get('operation_id') == prepare.operation_id:
                return report.phase == 'ready'
            if lease.clock() >= send_again:
                self.tools.guest.prepare(prepare)
                send_again = lease.clock() + _LOOK_AFTER_S
            return False

        _wait(self.tools, prepare.instance_id, server_id, ready,
              'a running engine')


def insist(tools: toolbox.Tools, instance_id: str,
           call: typing.Callable[[str], typing.Any]) -> None:
    """Have a guest do what an operation does not depend on.

    A guest that was started anew meanwhile, or that nothing reached, is
    asked again for as long as one call may take. What it does after that is
    told in the log, and no failure.
    """
    def done() -> bool:
        try:
            call(instance_id)
        except exception.GuestSilent as error:
            LOG.info('instance %s is asked once more: %s', instance_id, error)
            return False
        return True

    try:
        tools.until(done, tools.conf.agent_call_high_timeout,
                    'an answer of the guest')
    except (*_REFUSALS, exception.WaitTimeout,
            exception.Unavailable) as error:
        LOG.warning('instance %s: going on without its guest: %s',
                    instance_id, error)


class StopEngine(base.Step):
    """The engine is stopped in order, if its guest is there to do it."""

    lasts = True

    def execute(self, instance_id: str) -> None:
        """Ask a guest that lives; a deletion does not depend on it."""
        with self.tools.db.reader() as tx:
            instance = tx.instances.get(instance_id)
            now = tx.now()
        report = instance.report
        if (report is None or report.phase != 'ready'
                or report.reported_at is None
                or (now - report.reported_at).total_seconds()
                > self.tools.conf.agent_heartbeat_expiry):
            return
        try:
            self.tools.guest.stop_db(instance_id)
        except (*_REFUSALS, exception.GuestSilent,
                exception.Unavailable) as error:
            LOG.info('instance %s is deleted without its engine having '
                     'stopped: %s', instance_id, error)


class DeleteLink(base.Step):
    """The guest can neither speak nor be spoken to any more."""

    lasts = True

    def execute(self, instance_id: str) -> None:
        """Remove broker user, queues and key."""
        remove_link(self.tools, instance_id)


def prepare_order(tools: toolbox.Tools, facts: dict[str, typing.Any],
                  flavor: typing.Mapping[str, typing.Any],
                  volume_id: str | None) -> order.Prepare:
    """The order of a guest on a server of this size."""
    datastore = tools.datastores.get(facts['manager'])
    sizes = {'ram_mb': flavor['ram_mb'], 'vcpus': flavor['vcpus']}
    return order.Prepare.from_dict({
        **facts, 'memory_mb': flavor['ram_mb'], 'vcpus': flavor['vcpus'],
        'volume_serial': volume_id[:20] if volume_id else None,
        'device_path': datastore.device_path,
        'mount_point': datastore.mount_point,
        'config': datastore.render(sizes, facts['instance_id'],
                                   facts['version'])})


def remove_link(tools: toolbox.Tools, instance_id: str) -> None:
    """Remove the broker user, then the key, then its queues: for whom there
    is a key, conductors make a missing outbox anew."""
    tools.broker.delete_user(instance_id)
    with tools.db.writer() as tx:
        tx.guests.drop_link(instance_id)
    tools.broker.delete_queues(instance_id)
    with tools.db.writer() as tx:
        tx.resources.forget(instance_id, 'broker_user',
                            broker_names.user(instance_id))


def _wait(tools: toolbox.Tools, instance_id: str, server_id: str,
          enough: typing.Callable[[objects.Report], bool],
          what: str) -> None:
    """Wait for a report that is ``enough``; a failed guest ends it."""
    look_at_server = lease.clock() + _LOOK_AFTER_S

    def look() -> bool:
        nonlocal look_at_server
        report = tools.looks.report(instance_id)
        if report is not None and report.phase == 'failed':
            raise exception.GuestFailed(
                str(report.details.get('error') or 'the guest gave up'))
        if report is not None and enough(report):
            return True
        if lease.clock() >= look_at_server:
            compute.check_server(tools, server_id)
            look_at_server = lease.clock() + _LOOK_AFTER_S
        return False

    tools.until(look, tools.conf.usage_timeout, what, most_s=_MOST_S)


def encryption_of(db: typing.Any, instance_id: str
                  ) -> dict[str, typing.Any] | None:
    """What a new root disk of an instance has to be told of TLS."""
    with db.reader() as tx:
        current: tls.State = tx.tls.get(instance_id).current
    return None if current == tls.UNTOUCHED else current.to_guest()
