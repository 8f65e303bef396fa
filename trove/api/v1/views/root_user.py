# SPDX-License-Identifier: Apache-2.0
"""The superuser of an instance as tenants and operators see it."""

from trove.api.v1.views import viewer as viewers


def enabled(who, password):
    """The answer to an enabling: the one time that the password is shown.
    """
    return {'user': {'name': who.name, 'password': password}}


def history(instance_id, found):
    """Who enabled root last, and when."""
    return {'root_history': {
        'id': instance_id,
        'enabled': viewers.timestamp(found.enabled_at) if found else 'Never',
        'user': found.user_id if found else 'Nobody'}}


def facts(found):
    """The members that an operator's view of an instance gains."""
    if found is None:
        return {}
    return {'root_enabled': viewers.timestamp(found.enabled_at),
            'root_enabled_by': found.user_id}
