# SPDX-License-Identifier: Apache-2.0
"""Names that control plane, guests and the broker's permissions share."""


def user(instance_id):
    """The broker user of an instance."""
    return 'guest-' + instance_id


def topic(instance_id):
    """The topic on which an instance listens."""
    return 'guestagent.' + instance_id
