# SPDX-License-Identifier: Apache-2.0
"""Who asks, for which project, under which request id."""

import dataclasses
import secrets
import uuid


def new_request_id():
    """A request id in OpenStack's form."""
    return 'req-' + str(uuid.uuid4())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The caller of a request, as far as the rooms below HTTP may know.

    ``auth_token`` never leaves the process: `to_dict` drops it.
    """

    project_id: str
    user_id: str | None = None
    roles: tuple[str, ...] = ()
    is_admin: bool = False
    request_id: str = dataclasses.field(default_factory=new_request_id)
    global_request_id: str | None = None
    auth_token: str | None = dataclasses.field(default=None, repr=False)
    client_ip: str | None = None

    def to_dict(self):
        """What may be stored or sent; without the token."""
        facts = dataclasses.asdict(self)
        del facts['auth_token']
        facts['roles'] = list(self.roles)
        return facts

    @classmethod
    def from_dict(cls, facts):
        """Read what `to_dict` wrote, ignoring fields of other versions."""
        names = {field.name for field in dataclasses.fields(cls)}
        known = {key: value for key, value in facts.items() if key in names}
        known['roles'] = tuple(known.get('roles') or ())
        return cls(**known)


def new_password(length=36):
    """A password of letters and digits from the system's random source."""
    letters = ('abcdefghijkmnopqrstuvwxyz'
               'ABCDEFGHJKLMNPQRSTUVWXYZ23456789')
    return ''.join(secrets.choice(letters) for _ in range(length))
