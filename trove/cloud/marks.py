# SPDX-License-Identifier: Apache-2.0
"""How our things in a cloud are known again: words that name the instance.

Servers and volumes carry metadata; what has none carries a description (or,
where there is not even that, a name) made here.
"""

import datetime
import re

_UUID = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'
_DESCRIBED = re.compile(
    '.* of Trove instance (%s)(?:, kept by project ([^ ]+))?' % _UUID)
_GROUP = 'locality_'


def user_port(instance_id):
    """The description of the port in the tenant's network."""
    return 'User port of Trove instance ' + instance_id


def management_port(instance_id):
    """The description of the port in the management network."""
    return 'Management port of Trove instance ' + instance_id


def security_group(instance_id):
    """The description of an instance's security group."""
    return 'Security group of Trove instance ' + instance_id


def floating(instance_id):
    """The description of an instance's floating address."""
    return 'Public address of Trove instance ' + instance_id


def server_group(instance_id):
    """The name of an instance's server group."""
    return _GROUP + instance_id


def kept_by(description, project_id):
    """A description of what lies in a project other than Trove's own."""
    return '%s, kept by project %s' % (description, project_id)


def described(text):
    """The instance that a description of ours names, or None."""
    found = _DESCRIBED.fullmatch(text or '')
    return found and found.group(1)


def keeper(text):
    """The project that `kept_by` has put into a description, or None."""
    found = _DESCRIBED.fullmatch(text or '')
    return found and found.group(2)


def grouped(name):
    """The instance that a server group's name names, or None."""
    found = re.fullmatch(_GROUP + '(%s)' % _UUID, name or '')
    return found and found.group(1)


def moment(text):
    """A service's word for a time as UTC without zone, or None."""
    if not text:
        return None
    found = datetime.datetime.fromisoformat(text)
    if found.tzinfo is not None:
        found = found.astimezone(datetime.UTC).replace(tzinfo=None)
    return found
