# SPDX-License-Identifier: Apache-2.0
"""Names that control plane, guests and the broker's permissions share."""


def user(instance_id):
    """The broker user that a new instance is given."""
    return 'guest-' + instance_id


def users(instance_id):
    """Both names its user may have: a rotation changes to the other."""
    return user(instance_id), user(instance_id) + '.2'


def topic(instance_id):
    """The topic on which an instance listens."""
    return 'guestagent.' + instance_id


def exchange(instance_id):
    """The exchange of an instance: by it and no other its guest is spoken
    to and speaks. Its guest may do with it what it likes."""
    return topic(instance_id) + '.link'


def outbox(instance_id):
    """The queue that takes what an instance says, and the topic on which
    it says it. Its guest may publish there and nothing more."""
    return OUTBOX + instance_id


#: What the names of all outboxes begin with.
OUTBOX = 'guestoutbox.'
