# SPDX-License-Identifier: Apache-2.0
"""Databases and users that are made for a request: none is taken over.

A request is checked before it comes here, and of two at a time both may find
a name free. Here they take turns, and the later one is told what it would
have been told a moment later; otherwise its password would be the one that
counts.
"""

import threading

from trove.guestkit import errors

_lock = threading.Lock()


def create_databases(kept, specs):
    """Make databases, or none: DatabaseExists."""
    with _lock:
        for spec in specs:
            found, _ = kept.list(1, spec.name, include_marker=True)
            if any(item['name'] == spec.name for item in found):
                raise errors.DatabaseExists(name=spec.name)
        for spec in specs:
            kept.create(spec)


def create_users(kept, specs):
    """Make users, or none: UserExists."""
    with _lock:
        for spec in specs:
            if kept.get(spec.name, spec.host):
                raise errors.UserExists(name=spec.name, host=spec.host)
        for spec in specs:
            kept.create(spec)


def update_user(kept, name, host, changes):
    """Rename a user, move it to another host, set its password."""
    with _lock:
        kept.update(name, host, new_name=changes.get('name'),
                    new_host=changes.get('host'),
                    password=changes.get('password'))
