# SPDX-License-Identifier: Apache-2.0
"""How connections to an instance are encrypted: switch, rollback, show.

What is to come is put on record, sealed, with the promise; replicas get the
same in the same operation, so all follow or none does. The caller waits for
the outcome. Keepers of secrets are asked with the caller's token, which no
taskmanager has.
"""

import dataclasses
import logging
import typing
import uuid

from trove.common import context
from trove.common import exception
from trove.common import pkcs12
from trove.db import session
from trove.objects import instance
from trove.objects import status
from trove.objects import tls
from trove.operations import actions
from trove.operations import awaiting
from trove.operations import certificates
from trove.operations import deps as deps_
from trove.operations import guest_calls
from trove.operations import visible

LOG = logging.getLogger(__name__)

VERB = 'change_tls'

#: Longest password of a bundle.
_PASSWORD_BYTES = 1024


class NoReference(exception.BadRequest):
    """Nothing says where the certificate is."""

    template = ('container_ref is needed: it names the PKCS#12 bundle with '
                'the certificate.')


class NoAuthority(exception.BadRequest):
    """Mode mtls does not know whose clients it should let in."""

    template = ('Mode mtls needs a bundle that also holds the certificate of '
                'the authority that signs your clients.')


class OnReplica(exception.BadRequest):
    """Replicas follow their source."""

    template = ('Instance %(instance_id)s is a replica: change instance '
                '%(source)s, and its replicas follow.')


class NothingBefore(exception.BadRequest):
    """There is no earlier state."""

    template = 'Instance %(instance_id)s has no earlier TLS state.'


class CannotBeOff(exception.BadRequest):
    """The engine is never without TLS. Testers look for these words."""

    template = 'Not supported: %(datastore)s cannot be without TLS.'


class NotChanged(exception.GuestFailed):
    """A guest could not do it; all is as it was."""


class NoAnswer(exception.GuestSilent):
    """It is not known yet whether it will be done."""

    template = ('The change of TLS of instance %(instance_id)s is not done '
                'yet; it goes on, or undoes itself.')


class Refused(exception.Unprocessable):
    """An engine did not take it; all is as it was."""


_MEANINGS: awaiting.Meanings = {
    'guest_silent': exception.GuestSilent,
    'guest_unreached': exception.GuestUnreached,
    'bad_certificate': Refused,
    'statement_refused': Refused, 'guest_too_old': Refused}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a tenant sees."""

    status: str
    mode: tls.Mode
    details: tls.Details | None = None
    certificate: str | None = None


def show(deps: deps_.Deps, server: instance.Instance) -> Shown:
    """The state that is on record; no guest is asked."""
    engine = deps.datastores.get(server.manager or '')
    if 'tls' not in engine.capabilities:
        return Shown(status='not implemented', mode=tls.Mode.BUILTIN)
    with deps.db.reader() as tx:
        current = tx.tls.get(server.id).current
    if current.bundle is None or not current.mode.needs_certificate:
        on = (current.mode is tls.Mode.BUILTIN
              and engine.offers_tls(server.version_number))
        return Shown(status='on' if on else 'off', mode=current.mode)
    return Shown(status='on', mode=current.mode,
                 details=certificates.details(current.bundle.certificate),
                 certificate=current.bundle.certificate)


def enable(ctx: context.Context, deps: deps_.Deps, server: instance.Instance,
           mode: tls.Mode, ref: str | None, password_ref: str | None
           ) -> bool:
    """Encrypt connections; whether that waits for a restart."""
    _check_source(deps, server)
    if ref is None:
        if not certificates.Authority(deps.conf).is_there():
            raise NoReference()
        if mode is tls.Mode.MTLS:
            raise NoAuthority()
        wanted = tls.State(mode=mode, source=tls.Source.AUTHORITY)
    else:
        wanted = tls.State(mode=mode, source=tls.Source.BARBICAN, ref=ref,
                           bundle=_fetch(ctx, deps, mode, ref, password_ref))
    return _change(ctx, deps, server, wanted)


def disable(ctx: context.Context, deps: deps_.Deps,
            server: instance.Instance) -> bool:
    """Encrypt no more; whether that waits for a restart."""
    _check_source(deps, server)
    if not deps.datastores.get(server.manager or '').tls_can_be_off:
        raise CannotBeOff(datastore=server.datastore_name)
    return _change(ctx, deps, server, tls.State(mode=tls.Mode.OFF))


def rollback(ctx: context.Context, deps: deps_.Deps,
             server: instance.Instance) -> bool:
    """Go back to what was before; whether that waits for a restart."""
    guest_calls.engine_of(deps, server, 'tls')
    with deps.db.reader() as tx:
        wanted = tx.tls.get(server.id).previous
    if wanted is None:
        raise NothingBefore(instance_id=server.id)
    return _change(ctx, deps, server, wanted, back=True)


def leave(ctx: context.Context, deps: deps_.Deps,
          server: instance.Instance) -> None:
    """The instance is being deleted: consumers are signed off."""
    with deps.db.reader() as tx:
        kept = tx.tls.get(server.id)
    _sign_off(ctx, deps, server.id, {
        state.ref for state in (kept.current, kept.previous, kept.pending)
        if state})


def _check_source(deps: deps_.Deps, server: instance.Instance) -> None:
    guest_calls.engine_of(deps, server, 'tls')
    actions.check_single(server)
    if server.replica_of:
        raise OnReplica(instance_id=server.id, source=server.replica_of)
    actions.check_ready(server)


def _fetch(ctx: context.Context, deps: deps_.Deps, mode: tls.Mode, ref: str,
           password_ref: str | None) -> tls.Bundle:
    secrets = deps.cloud.secrets
    try:
        bundle = secrets.payload(ctx.auth_token, ref, pkcs12.MOST_BYTES)
        password = password_ref and secrets.payload(
            ctx.auth_token, password_ref, _PASSWORD_BYTES)
    except exception.NotFound as error:
        # Of the body, not of the path.
        raise exception.BadRequest(error.message) from error
    parts = pkcs12.split(bundle, password or None)
    if not parts.pop('has_authority') and mode is tls.Mode.MTLS:
        raise NoAuthority()
    return tls.Bundle(**parts)


def _change(ctx: context.Context, deps: deps_.Deps,
            server: instance.Instance, wanted: tls.State,
            back: bool = False) -> bool:
    with deps.db.reader() as tx:
        old = {one: tx.tls.get(one).current.ref
               for one in (server.id, *_followers(server, back))}
    for instance_id in old if wanted.ref else ():
        _sign_on(ctx, deps, instance_id, str(wanted.ref))
    try:
        _settle(deps, server, promise(ctx, deps, server.id, wanted, back))
    except NoAnswer:
        raise       # both may be in use
    except exception.TroveError:
        for instance_id, ref in old.items():
            if ref != wanted.ref:
                _sign_off(ctx, deps, instance_id, {wanted.ref})
        raise
    for instance_id, ref in old.items():
        if ref != wanted.ref:
            _sign_off(ctx, deps, instance_id, {ref})
    with deps.db.reader() as tx:
        found: instance.Instance = tx.instances.get(server.id)
    return found.task is status.Task.RESTART_REQUIRED


def _followers(server: instance.Instance, back: bool) -> tuple[str, ...]:
    return () if back else server.replicas


def _settle(deps: deps_.Deps, server: instance.Instance,
            operation_id: str) -> None:
    try:
        ended = awaiting.end_of(deps, operation_id,
                                deps.conf.agent_call_high_timeout)
    except exception.WaitTimeout as error:
        raise NoAnswer(instance_id=server.id) from error
    awaiting.hold(ended, _MEANINGS, NotChanged)


@session.retried
def promise(ctx: context.Context, deps: deps_.Deps, instance_id: str,
            wanted: tls.State, back: bool = False, renewal: bool = False
            ) -> str:
    """Claim the instance and its replicas, and promise them a state.

    ``renewal``: the same as before with a newer certificate, of this
    instance alone. Gives the id of the operation.
    """
    operation_id = str(uuid.uuid4())
    with deps.db.writer() as tx:
        found = tx.instances.get(instance_id, visible.project_of(ctx))
        actions.check_ready(found)
        followers = [] if renewal else [
            tx.instances.get(one) for one in _followers(found, back)]
        for one in followers:
            actions.check_ready(one)
            tx.instances.claim(one.id, status.Task.UPDATING,
                               allowed=(one.task,))
        for one in (found, *followers):
            tx.tls.put_pending(one.id, wanted)
        actions.record(ctx, deps, tx, found, actions.Promise(
            verb=VERB, task=status.Task.UPDATING, arguments={
                'replicas': {one.id: str(one.task) for one in followers},
                'kind': ('renewal' if renewal else
                         'back' if back else 'change')}), operation_id)
    return operation_id


# --- consumers: whoever looks at a secret sees who uses it. Best effort.

def _sign_on(ctx: context.Context, deps: deps_.Deps, instance_id: str,
             ref: str) -> None:
    try:
        deps.cloud.secrets.add_consumer(ctx.auth_token, ref, instance_id)
    except exception.TroveError as error:
        LOG.warning('instance %s is not registered as a consumer of its '
                    'certificate: %s', instance_id, error)


def _sign_off(ctx: context.Context, deps: deps_.Deps, instance_id: str,
              refs: typing.Iterable[str | None]) -> None:
    for ref in filter(None, refs):
        try:
            deps.cloud.secrets.remove_consumer(ctx.auth_token, ref,
                                               instance_id)
        except exception.TroveError as error:
            LOG.warning('instance %s stays registered as a consumer of a '
                        'certificate: %s', instance_id, error)
