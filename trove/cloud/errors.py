# SPDX-License-Identifier: Apache-2.0
"""Errors of the services, in our words: one table for all adapters."""

import re

from keystoneauth1 import exceptions as ksa_errors

from trove.cloud import ports
from trove.common import exception

#: Neutron's and Cinder's names for "your quota is used up" differ.
_QUOTA = re.compile(r'quota|limit.?exceeded|exceeds allowed', re.IGNORECASE)

#: Conflicts that asking again does not heal.
_LASTING = re.compile(r'ip ?address.*(in use|allocated)|already exists',
                      re.IGNORECASE | re.DOTALL)


def of_status(service, status, words):
    """The error of ours for an HTTP status and the service's own words."""
    words = ' '.join(str(words or 'HTTP %s' % status).split())[:500]
    if status == 404:
        return exception.NotFound('%s: %s' % (service, words))
    return _family(status, words)(service=service, reason=words)


def no_answer(service, error):
    """The error of ours for a request that no service has answered."""
    words = ' '.join(str(error).split())[:500]
    if isinstance(error, ksa_errors.CatalogException):
        # The wrong region or interface in the options: nothing to wait for.
        return ports.CloudRefused(service=service, reason=words)
    if isinstance(error, ksa_errors.SSLError):
        words = ('its certificate is not trusted; does cafile in '
                 '[service_credentials] hold the authority that signed it? '
                 + words)
    return ports.CloudDown(service=service,
                           reason=words or type(error).__name__)


def _family(status, words):
    if status is None or status >= 500 or status == 408:
        return ports.CloudDown
    if status in (403, 409, 413) and _QUOTA.search(words):
        return ports.CloudQuota
    if status == 409 and _LASTING.search(words):
        return ports.CloudRefused
    if status in (409, 413, 423, 429):
        return ports.CloudBusy
    return ports.CloudRefused
