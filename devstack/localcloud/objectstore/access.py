# SPDX-License-Identifier: Apache-2.0
"""Who may read and write which container."""
from localcloud import errors


def owner(call, account):
    """Whether the account is the caller's, or the caller an admin."""
    return call.ctx.is_admin or (
        call.ctx.project_id and account == f'AUTH_{call.ctx.project_id}')


def check(call, account, container=None, write=False):
    """Refuse who is neither the owner nor in the container's ACL."""
    if owner(call, account):
        if write and not call.ctx.may_write:
            raise errors.Forbidden('A reader may not change anything.')
        return
    acl = (container or {}).get('write_acl' if write else 'read_acl', '')
    if _allows(call, acl, write):
        return
    if call.ctx.user_id is None:
        raise errors.Unauthorized()
    raise errors.Forbidden('Access was denied to this resource.')


def _allows(call, acl, write):
    ctx = call.ctx
    entries = {entry.strip() for entry in acl.split(',') if entry.strip()}
    if not write and '.r:*' in entries:
        return True
    if ctx.user_id is None:
        return False
    projects = {'*', ctx.project_id, ctx.project_name}
    users = {'*', ctx.user_id, ctx.user_name}
    mine = {f'{p}:{u}' for p in projects if p for u in users if u}
    return bool(entries & mine or entries & ctx.roles)
