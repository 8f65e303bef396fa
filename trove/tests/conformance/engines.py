# SPDX-License-Identifier: Apache-2.0
"""The engine versions that this run is about, and their witnesses."""

import dataclasses
import importlib
import importlib.metadata
import os
import re

from trove.datastores import registry
from trove.tests.conformance.witnesses import base

#: Names of versions, such as "mariadb=10.11 mysql=9.7".
VARIABLE = 'CONFORMANCE_ENGINES'
DEFAULT = 'mariadb=10.11'
#: Of a witness with a log that a tenant switches on.
SWITCHED = 'switched logs'


@dataclasses.dataclass(frozen=True)
class Engine:
    """A datastore version that is tried."""

    datastore: str
    version: str

    def __str__(self):
        return f'{self.datastore}-{self.version}'

    @property
    def number(self):
        """The version of the server: what its name begins with."""
        return re.match(r'[\d.]*\d|', self.version)[0]

    def witness(self) -> base.Witness:
        """A client of it: witnesses/<datastore>.py has a class Witness."""
        module = importlib.import_module(
            'trove.tests.conformance.witnesses.' + self.datastore)
        return module.Witness(self.version)

    def newer(self):
        """The newest version of the datastore in this run, if it is not
        this one."""
        newest = max((one for one in asked()
                      if one.datastore == self.datastore), key=_number)
        return newest if _number(newest) > _number(self) else None

    def older(self):
        """Older versions of the datastore in this run."""
        return [one for one in asked() if one.datastore == self.datastore
                and _number(one) < _number(self)]

    def abilities(self):
        """What its control half says it can do; and whether it has a log
        that a tenant switches on."""
        [entry] = importlib.metadata.entry_points(
            group=registry.CONTROL, name=self.datastore)
        switched = {SWITCHED} if self.witness().inside.user_log else set()
        return entry.load().capabilities | switched

    def can(self, what):
        """Whether it can do this."""
        return what in self.abilities()


def asked():
    """The versions that the environment names."""
    words = os.environ.get(VARIABLE, DEFAULT).split()
    return [Engine(*word.split('=')) for word in words]


def _number(engine):
    return [int(part) for part in engine.number.split('.')]
