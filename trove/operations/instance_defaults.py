# SPDX-License-Identifier: Apache-2.0
"""The values that an instance's engine runs with unless a group says else."""

import logging
import re
import typing

from trove.cloud import ports
from trove.common import exception
from trove.objects import configuration
from trove.objects import instance
from trove.operations import catalogue
from trove.operations import deps as deps_

LOG = logging.getLogger(__name__)

_SIZE = re.compile(r'(\d+)([KMGT])', re.IGNORECASE)
_BYTES = {letter: 1024 ** power
          for power, letter in enumerate('KMGT', start=1)}


def rendered(deps: deps_.Deps, found: instance.Instance
             ) -> dict[str, configuration.Value]:
    """Names and values as the template for the instance's size has them."""
    if found.manager is None:
        return {}
    engine = deps.datastores.get(found.manager)
    values: dict[str, str] = engine.defaults(
        {'ram_mb': found.ram_mb, 'vcpus': _vcpus(deps, found)}, found.id,
        found.version_number)
    return {name: _number(text) for name, text in values.items()}


def plain(values: typing.Mapping[str, configuration.Value]
          ) -> dict[str, configuration.Value]:
    """The same with sizes in bytes, and names as engines report them."""
    return {name.lower().replace('-', '_'): _in_bytes(value)
            for name, value in values.items()}


def _vcpus(deps: deps_.Deps, found: instance.Instance) -> int:
    # Looking at defaults must work when the cloud is away or the flavor is
    # gone; memory, which counts most, is on record.
    try:
        return catalogue.flavor(deps, found.flavor_id).vcpus
    except (exception.NotFound, ports.CloudDown, ports.CloudBusy,
            exception.Unavailable) as error:
        LOG.info('instance %s: its processors are not known: %s', found.id,
                 error)
        return 1


def _number(text: str) -> configuration.Value:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _in_bytes(value: configuration.Value) -> configuration.Value:
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return (int(match[1]) * _BYTES[match[2].upper()] if match else value)
