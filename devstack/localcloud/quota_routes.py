# SPDX-License-Identifier: Apache-2.0
"""Paths of quotas that Nova and Cinder have alike."""
from localcloud import errors
from localcloud import quota


def check_own(call, project_id):
    """Quotas of others are an operator's to see."""
    if project_id != call.ctx.project_id and not call.ctx.is_admin:
        raise errors.Forbidden()


def add(routes, service, reset_status):
    """Register them among a service's paths."""
    path = '/os-quota-sets/<project_id>'

    @routes.get(path + '/defaults')
    def default_quotas(call, project_id):
        return {'quota_set': dict(quota.USUAL[service], id=project_id)}

    @routes.put(path, admin=True)
    def set_quotas(call, project_id):
        return {'quota_set': quota.change(
            call.store, service, project_id, call.body('quota_set'))}

    @routes.delete(path, admin=True)
    def reset_quotas(call, project_id):
        quota.reset(call.store, service, project_id)
        return reset_status, None
