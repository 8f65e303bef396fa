# SPDX-License-Identifier: Apache-2.0
"""How connections to an instance, and to its replicas, are encrypted."""

import logging
import typing

from trove.common import exception
from trove.objects import status
from trove.objects import tls
from trove.operations import certificates
from trove.taskmanager.steps import base

LOG = logging.getLogger(__name__)

#: Replicas of a source, and the task each was in.
Replicas: typing.TypeAlias = typing.Mapping[str, str]

#: Whether an engine, by its instance, has to be restarted for it.
Late: typing.TypeAlias = typing.Mapping[str, bool]


class LetGo(base.Step):
    """First in, so last to be undone: all get their task back.

    Who promised holds them. Of an engine that was told of the new way and
    then of the old one, it may be the restart that brings the old one back.
    """

    def execute(self) -> None:
        """Nothing yet."""

    def revert(self, instance_id: str, operation_id: str, replicas: Replicas,
               was: str, late_back: Late | None) -> None:
        """Let each go, unless it is being deleted."""
        with self.tools.db.writer() as tx:
            tx.quotas.rollback(operation_id)
            _let_all_go(tx, {**replicas, instance_id: was}, late_back or {})


class IssueCertificates(base.Step):
    """There is a certificate for whoever is to have one of ours."""

    def execute(self, instance_id: str, replicas: Replicas) -> None:
        """Issue what was not issued before we were interrupted."""
        authority = certificates.Authority(self.tools.conf)
        for one in (instance_id, *replicas):
            with self.tools.db.writer() as tx:
                wanted = tx.tls.get(one).pending
                if (wanted is None or wanted.bundle is not None
                        or wanted.source is not tls.Source.AUTHORITY):
                    continue
                tx.tls.put_pending(one, tls.State(
                    mode=wanted.mode, source=wanted.source,
                    bundle=authority.issue(tx.instances.get(one))))

    def revert(self, instance_id: str, replicas: Replicas) -> None:
        """Forget what was to come."""
        with self.tools.db.writer() as tx:
            for one in (instance_id, *replicas):
                tx.tls.drop_pending(one)


class ConfigureTls(base.Step):
    """The engines encrypt as they are to, or will after a restart."""

    gives = ('late',)
    gives_back = ('late_back',)
    lasts = True

    def execute(self, instance_id: str, replicas: Replicas) -> base.Given:
        """Tell one after the other; again is harmless."""
        late = {}
        for one in (instance_id, *replicas):
            if not self._leaves(one):
                wanted = self._kept(one).pending or self._kept(one).current
                late[one] = self._tell(one, wanted)
        return {'late': late}

    def revert(self, instance_id: str, replicas: Replicas) -> base.Given:
        """Tell them what they had, also one that stopped half-way."""
        return {'late_back': {
            one: self._tell(one, self._kept(one).current)
            for one in reversed((instance_id, *replicas))
            if not self._leaves(one)}}

    def _tell(self, instance_id: str, wanted: tls.State) -> bool:
        told = wanted.to_guest()
        answer = self.tools.guest.ssl_action(
            instance_id, told['mode'], told['bundle'])
        return bool(answer['restart_required'])

    def _kept(self, instance_id: str) -> tls.Kept:
        with self.tools.db.reader() as tx:
            found: tls.Kept = tx.tls.get(instance_id)
        return found

    def _leaves(self, instance_id: str) -> bool:
        with self.tools.db.reader() as tx:
            try:
                found = tx.instances.get(instance_id)
            except exception.InstanceNotFound:
                return True
        return bool(found.task is status.Task.DELETING)


class KeepTls(base.Step):
    """It is so, and that is what counts."""

    def execute(self, instance_id: str, operation_id: str,
                replicas: Replicas, late: Late, was: str,
                kind: str) -> None:
        """Record it, and let all go."""
        with self.tools.db.writer() as tx:
            for one in late:
                _keep(tx, one, kind)
            tx.quotas.commit(operation_id)
            tx.faults.clear(instance_id)
            _let_all_go(tx, {**replicas, instance_id: was}, late)


def _keep(tx: typing.Any, instance_id: str, kind: str) -> None:
    pending = tx.tls.get(instance_id).pending
    if pending is None:
        return      # kept before we were interrupted
    expires = None
    if pending.bundle:
        expires = certificates.details(pending.bundle.certificate).expire_at
    if kind == 'renewal':
        tx.tls.renew(instance_id, expires)
    else:
        tx.tls.keep(instance_id, expires, back=kind == 'back')


def _let_all_go(tx: typing.Any, before: Replicas, late: Late) -> None:
    for one, was in before.items():
        _let_go(tx, one, status.Task.RESTART_REQUIRED if late.get(one)
                else status.Task[was])


def _let_go(tx: typing.Any, instance_id: str, then: status.Task) -> None:
    """The instance is free, unless it is being deleted."""
    try:
        tx.instances.claim(instance_id, then, when_idle=False,
                           allowed=(status.Task.UPDATING, then))
    except (exception.InstanceBusy, exception.InstanceNotFound) as error:
        LOG.info('instance %s: its task stays as it is: %s', instance_id,
                 error)
