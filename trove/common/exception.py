# SPDX-License-Identifier: Apache-2.0
"""Errors by family; each family has one HTTP meaning.

An exception names the trouble, carries the facts as attributes and renders
one sentence that the reader can act on. ``code`` is stable: it is stored
with faults and operations and may be searched for.
"""

import re


class TroveError(Exception):
    """Base of all errors of ours; ``template`` is filled with the facts."""

    template = 'Something went wrong.'

    def __init__(self, message=None, **facts):
        self.facts = facts
        self.message = message or self.template % facts
        super().__init__(self.message)

    @property
    def code(self):
        """A stable name of this kind of error, such as `volume_shrink`."""
        return re.sub(r'(?<!^)(?=[A-Z])', '_', type(self).__name__).lower()


class BadRequest(TroveError):
    """The request is wrong and will stay wrong (400)."""


class Forbidden(TroveError):
    """The caller may not do this (403)."""

    template = 'This is not allowed: %(reason)s'


class NotFound(TroveError):
    """No such object, or none that the caller may see (404)."""

    template = '%(kind)s %(id)s does not exist.'


class Conflict(TroveError):
    """Another object stands in the way (409)."""


class OverLimit(TroveError):
    """A quota or cap would be passed (413)."""


class Unprocessable(TroveError):
    """Well formed, but not in the present state (422)."""


class NotSupported(TroveError):
    """The datastore or the deployment lacks the feature (501)."""

    template = '%(feature)s is not supported by %(subject)s.'


class GuestFailed(TroveError):
    """The guest answered with a failure (502)."""


class GuestSilent(TroveError):
    """The guest did not answer in time (504)."""

    template = ('The guest of instance %(instance_id)s did not answer in '
                '%(timeout_s)s s.')


class GuestRestarted(GuestSilent):
    """The guest will not answer: its agent was started anew meanwhile."""

    # What is wrong now comes first: faults are cut off.
    template = ('%(trouble)sThe guest agent of instance %(instance_id)s ended '
                'while it did this, and is back.')


class GuestUnreached(GuestSilent):
    """It is not known that the guest, or its queue, was given this."""

    template = ('The guest of instance %(instance_id)s was not reached in '
                '%(timeout_s)s s; this was not done, or is not known to be.')


class Unavailable(TroveError):
    """A service we lean on is down; the same request may work later (503)."""


class InternalError(TroveError):
    """A defect of ours or of the deployment (500)."""


# --- shared by several rooms; rarer ones live beside their only raiser

class InstanceNotFound(NotFound):
    """No such instance for this caller."""

    template = 'Instance %(instance_id)s does not exist.'


class InstanceBusy(Unprocessable):
    """Another task has the instance."""

    template = ('Instance %(instance_id)s is busy (%(task)s); try again when '
                'that is over.')


class QuotaExceeded(OverLimit):
    """One or more quotas would be passed."""

    template = 'Quota exceeded for: %(details)s.'


class WaitTimeout(TroveError):
    """Something did not come true before its deadline."""

    template = '%(what)s did not happen within %(timeout_s)s s.'


class Cancelled(TroveError):
    """The operation was asked to stop and undo itself."""

    template = 'Operation %(operation_id)s was cancelled.'


class LeaseLost(TroveError):
    """Another taskmanager owns the operation now; stop touching it."""

    template = 'The lease of operation %(operation_id)s is lost.'


class ConfigError(TroveError):
    """The service is not configured in a way it could run."""
