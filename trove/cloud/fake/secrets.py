# SPDX-License-Identifier: Apache-2.0
"""Secrets in memory, which each belong to a token."""

from trove.cloud import barbican
from trove.cloud import ports
from trove.common import exception


class FakeSecrets(ports.Secrets):
    """``kept``: reference -> (token that may have it, payload);
    ``consumers``: reference -> ids of instances."""

    def __init__(self):
        self.kept = {}
        self.consumers = {}

    def payload(self, token, ref, most_bytes):
        """The payload, or NotFound."""
        owner, payload = self._find(ref)
        if owner != token:
            raise barbican.SecretRefused(ref=ref, reason='it is not yours.')
        if len(payload) > most_bytes:
            raise barbican.SecretRefused(ref=ref, reason='it is too long.')
        return payload

    def add_consumer(self, token, ref, instance_id):
        """Register the instance."""
        self._find(ref)
        self.consumers.setdefault(ref, set()).add(instance_id)

    def remove_consumer(self, token, ref, instance_id):
        """Take the registration away."""
        self.consumers.get(ref, set()).discard(instance_id)

    def _find(self, ref):
        if ref not in self.kept:
            raise exception.NotFound('There is no secret %s.' % ref)
        return self.kept[ref]
