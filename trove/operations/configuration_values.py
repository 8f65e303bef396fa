# SPDX-License-Identifier: Apache-2.0
"""What a configuration group may hold: known names, types, ranges.

Pure. Names are compared without regard to case, and stored as they were
given.
"""

import collections.abc
import decimal
import typing

from trove.common import exception
from trove.objects import configuration
from trove.objects import datastore

Values: typing.TypeAlias = dict[str, configuration.Value]
Parameters: typing.TypeAlias = collections.abc.Iterable[datastore.Parameter]

LONGEST = 1024


class NoParameters(exception.Unprocessable):
    """Nothing of this version can be tuned."""

    template = ('Datastore version %(version)s has no parameters that could '
                'be set.')


class UnknownParameter(exception.Unprocessable):
    """No such parameter."""

    template = ('%(name)s is not among the parameters of this datastore '
                'version that can be set.')


class NamedTwice(exception.Unprocessable):
    """The same parameter in two spellings."""

    template = '%(name)s is given twice.'


class WrongType(exception.Unprocessable):
    """The value is of another type than the parameter."""

    template = '%(name)s: the value must be of type %(type)s.'


class OutOfRange(exception.Unprocessable):
    """The value is below the minimum or above the maximum."""

    template = '%(name)s: the value must be %(word)s %(limit)s.'


class TooLong(exception.BadRequest):
    """The value is longer than can be kept."""

    template = '%(name)s: the value must have at most %(most)d characters.'


def check(version: datastore.Version, parameters: Parameters,
          values: collections.abc.Mapping[str, typing.Any]) -> None:
    """Raise the first reason against these values."""
    known = by_name(parameters)
    if values and not known:
        raise NoParameters(version=version.name)
    seen = set()
    for name, value in values.items():
        parameter = known.get(name.lower())
        if parameter is None:
            raise UnknownParameter(name=name)
        if name.lower() in seen:
            raise NamedTwice(name=name)
        seen.add(name.lower())
        _check_value(parameter, value)


def by_name(parameters: Parameters) -> dict[str, datastore.Parameter]:
    """Parameters by their names in small letters."""
    return {one.name.lower(): one for one in parameters}


def merged(old: Values, changes: collections.abc.Mapping[str, typing.Any]
           ) -> Values:
    """The old values with changes made; null takes a value away."""
    names = {name.lower() for name in changes}
    found = {name: value for name, value in old.items()
             if name.lower() not in names}
    found.update((name, value) for name, value in changes.items()
                 if value is not None)
    return found


def _check_value(parameter: datastore.Parameter, value: typing.Any) -> None:
    fits = _FITS.get(parameter.type, _is_text)
    if not fits(value):
        raise WrongType(name=parameter.name, type=parameter.type)
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise TooLong(name=parameter.name, most=LONGEST)
    elif not isinstance(value, bool):
        _check_range(parameter, value)


def _check_range(parameter: datastore.Parameter, value: int | float) -> None:
    exact = decimal.Decimal(str(value))
    if (parameter.minimum is not None
            and exact < decimal.Decimal(parameter.minimum)):
        raise OutOfRange(name=parameter.name, word='at least',
                         limit=parameter.minimum)
    if (parameter.maximum is not None
            and exact > decimal.Decimal(parameter.maximum)):
        raise OutOfRange(name=parameter.name, word='at most',
                         limit=parameter.maximum)


def _is_integer(value: typing.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: typing.Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_boolean(value: typing.Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: typing.Any) -> bool:
    # A line of its own in a file: nobody may add further ones.
    return isinstance(value, str) and value.isprintable()


_FITS = {'integer': _is_integer, 'float': _is_number,
         'boolean': _is_boolean, 'string': _is_text}
