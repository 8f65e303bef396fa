# SPDX-License-Identifier: Apache-2.0
"""An instance as operators see it; from stored facts alone."""

from trove.api.v1.views import instances
from trove.api.v1.views import viewer as viewers


def instance(found, viewer):
    """A row of the operators' list."""
    body = instances.detail(found, viewer)
    body.update({
        'server': _server(found),
        'service_status': (found.report.status.shown_as
                           if found.report else None),
        'tenant_id': found.project_id,
        'deleted': found.deleted,
        'deleted_at': viewers.timestamp(found.deleted_at),
        'task_description': found.task_text or found.task.text,
    })
    return body


def show(found, viewer):
    """One instance in full."""
    body = instance(found, viewer)
    report = found.report
    if report is not None:
        body['guest_status'] = {'state_description': report.status.value}
    body['volume'] = _volume(found)
    return body


def quotas(usages):
    """Limit and use of each resource of a project."""
    return {'quotas': [
        {'resource': usage.resource, 'in_use': usage.in_use,
         'reserved': usage.reserved, 'limit': usage.limit}
        for usage in usages]}


def _server(found):
    if found.server_id is None:
        return None
    return {'id': found.server_id, 'name': found.name,
            'status': found.server_status, 'tenant_id': found.project_id,
            'host': None, 'updated': viewers.timestamp(found.facts_at)}


def _volume(found):
    if found.volume_gb is None:
        return None
    report = found.report
    return {'id': found.volume_id, 'size': found.volume_gb,
            'used': report.volume_used_gb if report else None,
            'total': report.volume_total_gb if report else None}
