# SPDX-License-Identifier: Apache-2.0
"""Who looks, from where, and what the operator lets be seen."""

import dataclasses
import datetime
import re


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What views need to know beside the object."""

    base: str
    project_id: str
    is_admin: bool
    now: datetime.datetime
    expiry_s: float
    ip_regex: str | None = None
    black_list_regex: str | None = None
    volumes: bool = True

    def links(self, collection, object_id):
        """The ``links`` member of an object."""
        path = '%s/%s' % (collection, object_id)
        return [
            {'rel': 'self', 'href': '%s/v1.0/%s/%s' % (
                self.base, self.project_id, path)},
            {'rel': 'bookmark', 'href': '%s/%s' % (self.base, path)}]

    def shows(self, address):
        """Whether the operator lets this address be seen."""
        if not (self.ip_regex and self.black_list_regex):
            return True
        return bool(re.search(self.ip_regex, address)
                    and not re.search(self.black_list_regex, address))


def of(request, conf):
    """The viewer of a request."""
    return Viewer(
        base=request.base, project_id=request.ctx.project_id,
        is_admin=request.ctx.is_admin,
        now=datetime.datetime.now(datetime.UTC).replace(tzinfo=None),
        expiry_s=conf.agent_heartbeat_expiry, ip_regex=conf.ip_regex,
        black_list_regex=conf.black_list_regex,
        volumes=conf.trove_volume_support)


def timestamp(moment):
    """UTC in ISO 8601, whole seconds, no zone; None stays None."""
    if moment is None:
        return None
    return moment.isoformat(timespec='seconds')
