# SPDX-License-Identifier: Apache-2.0
"""Datastores, their versions, and what an engine can do."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a datastore that instances may be made of.

    The image is named by id, or found by tags (newest active image that
    carries all of them). Empty bindings allow every flavor / volume type.
    """

    id: str
    datastore_id: str
    datastore_name: str
    name: str
    number: str
    manager: str
    active: bool
    image_id: str | None = None
    image_tags: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    registry_ext: str | None = None
    repl_strategy: str | None = None
    flavor_ids: tuple[str, ...] = ()
    volume_types: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Datastore:
    """A datastore and its versions."""

    id: str
    name: str
    default_version_id: str | None = None
    versions: tuple[Version, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A tunable parameter of a datastore version."""

    name: str
    version_id: str
    type: str
    restart_required: bool
    minimum: str | None = None
    maximum: str | None = None
