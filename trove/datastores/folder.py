# SPDX-License-Identifier: Apache-2.0
"""An engine whose facts lie in files of its folder."""

import abc
import functools
import json
import pathlib
import typing

import jinja2

from trove.common import exception
from trove.datastores import base

_CATALOGUE = 'parameters-%s.json'


class NoCatalogue(exception.BadRequest):
    """Nobody has asked that version what can be tuned."""

    template = ('%(datastore)s has no file of the parameters of version '
                '%(version)s; it has: %(known)s.')


class FolderDatastore(base.Datastore):
    """``templates/config.jinja`` and ``parameters-<version>.json``.

    What is rendered is what the engine is started with, and the values that
    a tenant is shown as defaults are read out of it.
    """

    #: The engine's own folder.
    folder: typing.ClassVar[pathlib.Path]
    #: Between a name and its value in the engine's configuration.
    separator: typing.ClassVar[str] = '='
    #: What may stand around a value.
    quotes: typing.ClassVar[str] = ''

    @property
    def templates(self) -> pathlib.Path:
        """The folder of the template."""
        return self.folder / 'templates'

    @abc.abstractmethod
    def figures(self, flavor: base.Flavor,
                instance_id: str) -> dict[str, typing.Any]:
        """What the template is told, beside the ``version``."""

    def render(self, flavor: base.Flavor, instance_id: str,
               version: str) -> str:
        """The base configuration of an engine on a server of this size."""
        return _template(self.templates).render(
            version=version, **self.figures(flavor, instance_id)) + '\n'

    def defaults(self, flavor: base.Flavor, instance_id: str,
                 version: str) -> dict[str, str]:
        """The base configuration as names and values."""
        found = {}
        for line in self.render(flavor, instance_id, version).splitlines():
            if self.separator in line and not line.startswith(('#', '[')):
                name, _, value = line.partition(self.separator)
                found[name.strip()] = value.strip().strip(self.quotes)
        return found

    def parameters(self, version: str) -> list[dict[str, typing.Any]]:
        """Parameters that a tenant may tune, as the database stores them.

        Those of 10.11 are those of 10.11.6.
        """
        known = self._catalogues()
        fitting = [one for one in known
                   if (version + '.').startswith(one + '.')]
        if not fitting:
            raise NoCatalogue(datastore=self.name, version=version,
                              known=', '.join(known) or 'none')
        path = self.folder / (_CATALOGUE % max(fitting, key=len))
        document = json.loads(path.read_text('utf-8'))
        return list(document['configuration-parameters'])

    def _catalogues(self) -> list[str]:
        before, after = _CATALOGUE.split('%s')
        return sorted(path.name[len(before):-len(after)]
                      for path in self.folder.glob(_CATALOGUE % '*'))


@functools.cache
def _template(folder: pathlib.Path) -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701 no HTML
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.get_template('config.jinja')
