# SPDX-License-Identifier: Apache-2.0
"""The parameters of datastore versions: what tenants may tune.

Some would let a tenant out of the engine, or lock the agent out of it; an
engine names them, and they are neither shown nor taken, whoever defined
them.
"""

import decimal

from trove.common import exception
from trove.db import session
from trove.objects import datastore
from trove.operations import deps as deps_

TYPES = ('integer', 'string', 'boolean', 'float')


class ParameterNotFound(exception.NotFound):
    """No such parameter."""

    template = 'Parameter %(name)s does not exist.'


class ParameterExists(exception.BadRequest):
    """The name is taken."""

    template = 'Parameter %(name)s exists already.'


class Withheld(exception.BadRequest):
    """No tenant may set it."""

    template = ('Parameter %(name)s cannot be offered: with it a tenant '
                'could harm more than the own database.')


class BadRange(exception.BadRequest):
    """Minimum and maximum make no sense."""

    template = 'configuration-parameter: %(reason)s'


def listing(deps: deps_.Deps, version: datastore.Version
            ) -> list[datastore.Parameter]:
    """What tenants may tune, by name."""
    withheld = _withheld(deps, version)
    with deps.db.reader() as tx:
        return [one for one in tx.datastores.parameters(version.id)
                if _plain(one.name) not in withheld]


def find(deps: deps_.Deps, version: datastore.Version, name: str
         ) -> datastore.Parameter:
    """One of them, or ParameterNotFound."""
    for found in listing(deps, version):
        if found.name == name:
            return found
    raise ParameterNotFound(name=name)


def create(deps: deps_.Deps, version: datastore.Version,
           parameter: datastore.Parameter) -> None:
    """Define a parameter that is not there yet."""
    _check(deps, version, parameter)
    _create(deps, parameter)


@session.retried
def _create(deps: deps_.Deps, parameter: datastore.Parameter) -> None:
    with deps.db.writer() as tx:
        for known in tx.datastores.parameters(parameter.version_id):
            if known.name.lower() == parameter.name.lower():
                raise ParameterExists(name=known.name)
        tx.datastores.put_parameters(parameter.version_id, [parameter])


def update(deps: deps_.Deps, version: datastore.Version,
           parameter: datastore.Parameter) -> None:
    """Change a parameter that is there."""
    _check(deps, version, parameter)
    _update(deps, parameter)


@session.retried
def _update(deps: deps_.Deps, parameter: datastore.Parameter) -> None:
    with deps.db.writer() as tx:
        known = tx.datastores.parameters(parameter.version_id)
        if all(one.name != parameter.name for one in known):
            raise ParameterNotFound(name=parameter.name)
        tx.datastores.put_parameters(parameter.version_id, [parameter])


@session.retried
def delete(deps: deps_.Deps, version: datastore.Version, name: str) -> None:
    """Remove a parameter; groups that hold a value of it keep that."""
    with deps.db.writer() as tx:
        if not tx.datastores.remove_parameters(version.id, name):
            raise ParameterNotFound(name=name)


def _check(deps: deps_.Deps, version: datastore.Version,
           parameter: datastore.Parameter) -> None:
    if _plain(parameter.name) in _withheld(deps, version):
        raise Withheld(name=parameter.name)
    low, high = parameter.minimum, parameter.maximum
    if parameter.type == 'integer' and (low is None or high is None):
        raise BadRange(reason='an integer needs min_size and max_size')
    if (low is not None and high is not None
            and decimal.Decimal(low) > decimal.Decimal(high)):
        raise BadRange(reason='max_size must not be below min_size')


def _withheld(deps: deps_.Deps, version: datastore.Version
              ) -> frozenset[str]:
    try:
        found: frozenset[str] = deps.datastores.get(
            version.manager).withheld_parameters
    except exception.NotSupported:
        return frozenset()      # an engine of another release's versions
    return found


def _plain(name: str) -> str:
    return name.lower().replace('-', '_')
