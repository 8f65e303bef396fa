# SPDX-License-Identifier: Apache-2.0
"""Asking a guest on behalf of a request: may it be, and what came of it.

Nothing here is done inside a transaction: a guest may take its time.
"""

import contextlib
import logging
import typing

from trove.common import exception
from trove.objects import instance
from trove.objects import status
from trove.operations import deps as deps_

LOG = logging.getLogger(__name__)

#: Longest text of a guest that is passed on.
_LONGEST = 500

#: What a guest's error means to a tenant; any other one is a failure of the
#: guest (502).
_MEANING: dict[str | None, type[exception.TroveError]] = {
    'bad_request': exception.BadRequest,
    'forbidden': exception.BadRequest,
    'database_exists': exception.BadRequest,
    'user_exists': exception.BadRequest,
    'user_not_found': exception.NotFound,
    'database_not_found': exception.NotFound,
    'statement_refused': exception.Unprocessable,
    'upgrade_barred': exception.Unprocessable,
    'log_not_found': exception.NotFound,
    'not_switchable': exception.BadRequest,
    'token_refused': exception.Forbidden,
    'store_away': exception.Unavailable,
    'engine_away': exception.Unprocessable,
    'not_supported': exception.NotSupported,
}


class EngineDown(exception.Unprocessable):
    """The engine or its guest agent cannot be asked at present."""

    template = ('The database of instance %(instance_id)s does not run '
                '(%(state)s); try again when its operating status is '
                'HEALTHY.')


def engine_of(deps: deps_.Deps, server: instance.Instance,
              capability: str) -> typing.Any:
    """The control half of an engine that can do this, or NotSupported."""
    engine = deps.datastores.get(server.manager or '')
    if capability not in engine.capabilities:
        raise exception.NotSupported(
            feature='Managing ' + capability, subject=server.datastore_name)
    return engine


def check_up(deps: deps_.Deps, server: instance.Instance) -> None:
    """Raise EngineDown unless the guest said lately that all is well."""
    report = server.report
    state = report.status if report else status.Service.NEW
    age = None
    if report and report.reported_at:
        age = (deps.db.now() - report.reported_at).total_seconds()
    if server.server_status in status.SERVER_DOWN:
        # What its guest said last is no longer so.
        raise EngineDown(instance_id=server.id, state='its server is '
                         + server.server_status)
    # A blocked one may want nothing but room, which what is asked for can
    # make; one that hangs is not waited for longer than any other.
    if (server.server_id is None or server.task is status.Task.DELETING
            or state not in (status.Service.RUNNING, status.Service.HEALTHY,
                             status.Service.BLOCKED)):
        raise EngineDown(instance_id=server.id, state=state)
    if age is None or age > deps.conf.agent_heartbeat_expiry:
        raise EngineDown(instance_id=server.id,
                         state=status.Service.FAILED_TIMEOUT_GUESTAGENT)


@contextlib.contextmanager
def answered() -> typing.Iterator[None]:
    """A guest's failure gets the meaning it has for a tenant."""
    try:
        yield
    except exception.GuestFailed as error:
        meaning = _MEANING.get(error.facts.get('guest_code'))
        if meaning is None:
            raise
        raise meaning(error.message[:_LONGEST]) from error


@contextlib.contextmanager
def accepted(server: instance.Instance, what: str) -> typing.Iterator[None]:
    """The same for a change that may be done after the request.

    A guest that has not answered yet has the order in its queue.
    """
    try:
        with answered():
            yield
    except (exception.GuestRestarted, exception.GuestUnreached):
        raise       # it is in no queue, or not any more
    except exception.GuestSilent:
        LOG.info('instance %s: accepted, but not done yet: %s', server.id,
                 what)
