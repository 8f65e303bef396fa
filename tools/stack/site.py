# SPDX-License-Identifier: Apache-2.0
"""Where the cloud of a stack is, and who Trove is in it.

The one-machine cloud unless `up --os-cloud` has named another; what was found
there is kept in a file of the stack, so that every later verb knows.
"""

import dataclasses
import json

from stack import cloud
from stack import errors
from stack import files


@dataclasses.dataclass(frozen=True, kw_only=True)
class Site:
    """One cloud, as Trove's services must know it."""

    identity_url: str
    username: str
    password: str = dataclasses.field(repr=False)
    project: str = 'service'
    user_domain: str = 'Default'
    project_domain: str = 'Default'
    region: str = 'RegionOne'
    cafile: str = ''
    broker_address: str     # of this machine, where guests reach it
    api_host: str = '127.0.0.1'
    api_port: int
    management_network: str = ''
    management_groups: tuple[str, ...] = ()
    management_cidrs: tuple[str, ...] = ()
    config_file: str = ''   # the clouds.yaml that names it
    name: str = ''          # in that file; empty: the one-machine cloud

    @property
    def api_url(self):
        """Trove's API, without a version."""
        return f'http://{self.api_host}:{self.api_port}'


def path(settings):
    """Where a foreign cloud is remembered."""
    return settings.state / 'os-cloud.json'


def foreign(settings):
    """The site that somebody else runs, or None."""
    kept = files.read(path(settings))
    if kept is None:
        return None
    facts = json.loads(kept)
    for name in ('management_groups', 'management_cidrs'):
        facts[name] = tuple(facts.get(name, ()))
    return Site(**facts)


def of(settings):
    """The site of a stack."""
    return foreign(settings) or Site(
        identity_url=f'{settings.cloud_url}/identity/v3',
        username='trove', password=cloud.password(settings, 'trove'),
        broker_address=settings.broker_address, api_port=settings.api_port)


def keep(settings, site):
    """Remember a foreign cloud."""
    files.write(path(settings), json.dumps(dataclasses.asdict(site)))


def refuse_mixture(settings, name):
    """StackError where the stack has another cloud already."""
    other = foreign(settings)
    has = other.name if other else ''
    made = settings.cloud_config.exists()
    if (has and has != name) or (name and made and not has):
        raise errors.StackError(
            f'This stack belongs to {has or "the one-machine cloud"}: use '
            'another one with TROVESTACK_SLOT=2, or `trovestack clean` '
            'first.')
