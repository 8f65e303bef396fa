# SPDX-License-Identifier: Apache-2.0
"""TLS settings as tenants see them."""


def shown(found, include_certificate):
    """The state of an instance; keys are never shown."""
    body = {'status': found.status, 'mode': str(found.mode)}
    if found.details is not None:
        body['certificate'] = {
            'cn': found.details.cn,
            'expire_at': found.details.expire_at.strftime(
                '%Y-%m-%dT%H:%M:%S.%f'),
            'san': (None if found.details.san is None
                    else list(found.details.san))}
        if include_certificate:
            body['certificate']['payload'] = found.certificate
    return {'ssl': body}


def changed(restart_required):
    """The answer to a change."""
    return {'ssl': {'restart_required': restart_required}}


def rolled_back(restart_required, found):
    """The answer to a rollback, which tells where it led."""
    return {'ssl': {
        'restart_required': restart_required, 'status': found.status,
        'mode': None if found.mode == 'off' else str(found.mode)}}
