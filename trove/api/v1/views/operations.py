# SPDX-License-Identifier: Apache-2.0
"""An operation as operators see it; never its arguments."""

from trove.api.v1.views import viewer

_AS_THEY_ARE = ('id', 'verb', 'instance_id', 'project_id', 'state', 'step',
                'attempts', 'owner', 'error_code', 'error')
_TIMES = ('created', 'updated', 'lease_until', 'not_before', 'finished')


def operation(found):
    """A row of the list."""
    return {
        **{name: getattr(found, name) for name in _AS_THEY_ARE},
        **{name: viewer.timestamp(getattr(found, name)) for name in _TIMES},
        'cancel': bool(found.cancel),
        'request_id': found.context.get('request_id')}


def show(found, steps):
    """One operation with its steps, in their order."""
    return {**operation(found), 'steps': [
        {'name': step.name, 'state': step.state,
         'intention': step.intention,
         'began': viewer.timestamp(step.began),
         'ended': viewer.timestamp(step.ended)} for step in steps]}
