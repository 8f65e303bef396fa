# SPDX-License-Identifier: Apache-2.0
"""Recipes: what goes into an image, read from YAML and checked.

One recipe per datastore version, in its datastore's folder
(``trove/datastores/<name>/image/<version>.yaml``), and ``base.yaml`` beside
this module for what all guests share.
"""

import dataclasses
import pathlib
import re

import yaml

from imagebuilder import errors

PLACE = 'trove/datastores/{datastore}/image/{version}.yaml'
BASE = pathlib.Path(__file__).with_name('base.yaml')
MACHINE = pathlib.Path(__file__).with_name('machine.yaml')
WORD = re.compile(r'[a-z0-9][a-z0-9.+-]*\Z')
UNIT = re.compile(r'[\w@:.\\-]+\.(service|timer|socket|target|mount|path)\Z')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to lay into the guest."""

    path: str
    content: str = ''
    mode: int = 0o644


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A system user of the engine, with the same number in every version.

    A volume moves to a guest of the next version with its files' owners;
    so a recipe fixes the number instead of taking what is free.
    """

    name: str
    uid: int
    home: str = '/nonexistent'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A package repository beside the machine's own, and its key."""

    uri: str
    suite: str
    components: tuple[str, ...] = ('main',)
    key: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """Packages of another suite, unpacked below a path of their own.

    An engine may need the programs that made the data it takes over.
    """

    suite: str
    path: str
    packages: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One datastore version: packages of a suite and what to do with them."""

    datastore: str
    version: str
    suite: str
    packages: tuple[str, ...]
    packages_suite: str = ''
    users: tuple[User, ...] = ()
    older: tuple[Older, ...] = ()
    before: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    masked_units: tuple[str, ...] = ()
    disabled_units: tuple[str, ...] = ()
    source: Source | None = None
    agent_extras: tuple[str, ...] = ('guest',)
    size_mb: int = 1024
    min_ram_mb: int = 512
    min_disk_gb: int = 1

    @property
    def image(self):
        """The name of the image this recipe makes."""
        return f'{self.datastore}-{self.version}'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What every guest has, whatever its suite."""

    packages: tuple[str, ...]
    agent_packages: tuple[str, ...]
    excluded_paths: tuple[str, ...] = ()
    included_paths: tuple[str, ...] = ()
    masked_units: tuple[str, ...] = ()
    removed_paths: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    size_mb: int = 512


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """Another kernel than the usual one, for the guests of one suite."""

    suite: str
    package: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a virtual machine has beyond base and engine."""

    kernel: str
    packages: tuple[str, ...]
    other_kernels: tuple[Kernel, ...] = ()
    unmasked_units: tuple[str, ...] = ()
    enabled_units: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    removed_paths: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    early_files: tuple[File, ...] = ()      # laid before the packages
    size_mb: int = 512

    def packages_of(self, suite):
        """The packages of a guest of this suite, its kernel the first."""
        kernel = next((other.package for other in self.other_kernels
                       if other.suite == suite), self.kernel)
        return (kernel, *self.packages)


def find(project, datastore, version):
    """Return the recipe for a datastore version, or say which there are."""
    for word in (datastore, version):
        if not WORD.match(word):
            raise errors.RecipeError(f'"{word}" is no name of a datastore '
                                     'or version')
    path = pathlib.Path(project, PLACE.format(datastore=datastore,
                                              version=version))
    if not path.is_file():
        known = ', '.join(f'{each.parent.parent.name} {each.stem}'
                          for each in paths(project)) or 'none'
        raise errors.RecipeError(
            f'there is no recipe for {datastore} {version}; there is: '
            f'{known}')
    return with_key(load(path), path)


def paths(project):
    """Return the paths of all recipes of a project tree."""
    pattern = PLACE.format(datastore='*', version='*')
    return sorted(pathlib.Path(project).glob(pattern))


def load(path):
    """Read and check the recipe of one datastore version."""
    recipe = _checked(Recipe, _yaml(path), path)
    if (recipe.datastore, recipe.version) != (
            path.parent.parent.name, path.stem):
        raise errors.RecipeError(
            f'{path}: datastore and version must be those of its path')
    return recipe


def with_key(recipe, path):
    """Return the recipe with the key that lies beside it, if one does.

    A vendor's key need not come with the project: whoever builds lays it
    there.
    """
    source = recipe.source
    if source is None or source.key.startswith('-----BEGIN'):
        return recipe
    key = path.parent / source.key
    if not key.is_file():
        raise errors.RecipeError(
            f'{path}: its key {key} is missing; it is the signing key of '
            f'{source.uri}')
    source = dataclasses.replace(source, key=key.read_text(encoding='ascii'))
    return dataclasses.replace(recipe, source=source)


def load_base(path=BASE):
    """Read and check what all guests share."""
    return _checked(Base, _yaml(path), path)


def load_machine(path=MACHINE):
    """Read and check what virtual machines have."""
    return _checked(Machine, _yaml(path), path)


def _yaml(path):
    try:
        document = yaml.safe_load(pathlib.Path(path).read_text('utf-8'))
    except yaml.YAMLError as error:
        raise errors.RecipeError(f'{path} is not YAML: {error}') from error
    if not isinstance(document, dict):
        raise errors.RecipeError(f'{path}: a recipe is a mapping of fields')
    return document


def _checked(kind, document, where):
    """Make a ``kind`` of a mapping; unknown or missing fields are told."""
    if not isinstance(document, dict):
        raise errors.RecipeError(f'{where}: expected fields, not {document!r}')
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(document) - set(fields))
    if unknown:
        raise errors.RecipeError(f'{where}: unknown field {unknown[0]}')
    for name, field in fields.items():
        if field.default is dataclasses.MISSING and name not in document:
            raise errors.RecipeError(f'{where}: the field {name} is missing')
    values = {name: _value(name, value, where)
              for name, value in document.items()}
    return kind(**values)


NESTED = {'users': User, 'files': File, 'early_files': File,
          'older': Older, 'other_kernels': Kernel}
NUMBERS = ('uid', 'mode', 'size_mb', 'min_ram_mb', 'min_disk_gb')
LISTS = ('packages', 'agent_packages', 'before', 'commands', 'masked_units',
         'disabled_units', 'unmasked_units', 'enabled_units', 'agent_extras',
         'components', 'excluded_paths', 'included_paths', 'removed_paths')


def _value(name, value, where):
    if name in NESTED:
        _expect(isinstance(value, list), where, f'{name} must be a list')
        return tuple(_checked(NESTED[name], each, f'{where}: {name}')
                     for each in value)
    if name == 'source':
        return _checked(Source, value, f'{where}: source')
    if name in NUMBERS:
        _expect(type(value) is int, where, f'{name} must be a number')
        return value
    if name in LISTS:
        _expect(isinstance(value, list)
                and all(isinstance(each, str) and each for each in value),
                where, f'{name} must be a list of texts')
        if name.endswith('_units'):
            for unit in value:
                _expect(UNIT.match(unit), where, f'{unit} is no unit name')
        return tuple(value)
    _expect(isinstance(value, str), where,
            f'{name} must be text (put it in quotes)')
    if name == 'path':
        _expect(value.startswith('/') and '..' not in value.split('/'),
                where, f'{value} is no absolute path')
    if name in ('datastore', 'version', 'suite', 'packages_suite'):
        _expect(WORD.match(value), where, f'{value} is no good {name}')
    return value


def _expect(truth, where, sentence):
    if not truth:
        raise errors.RecipeError(f'{where}: {sentence}')
