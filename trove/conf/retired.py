# SPDX-License-Identifier: Apache-2.0
"""Options of older releases that have no effect here, and why.

An option that is ignored in silence is a belief of its operator's that is
wrong. So services name at their start those that are set, `trove-status
upgrade check` does, and ``tools/docgen/draw.py`` makes a page of the table.
"""

import collections.abc
import dataclasses
import fnmatch
import glob
import importlib.metadata
import logging
import os

from oslo_config import cfg

from trove.conf import opts
from trove.conf import retired_table

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A retired option that is set in a file."""

    name: str               # with its group: [network] network_isolation
    sentence: str
    guards: bool            # somebody may rely on it for security


def find(conf: cfg.ConfigOpts) -> list[Found]:
    """What the files of ``conf`` set in vain, in the order of the table.

    Values are not looked at, for some are secrets.
    """
    there = sorted({(group, name) for path in _files(conf)
                    for group, name in _names(path)})
    return [Found('[%s] %s' % (group, name), row.sentence, row.guards)
            for row in retired_table.ROWS for group, name in there
            if concerns(row, group, name)]


def concerns(row: retired_table.Row, group: str, name: str) -> bool:
    """Whether the row tells of this option."""
    if not any(fnmatch.fnmatchcase(name, known) for known in row.names):
        return False
    if row.groups is retired_table.DATASTORES:
        return _is_installed(group)
    return group in row.groups and not (
        row.groups is retired_table.ABSENT and _is_installed(group))


def tell(conf: cfg.ConfigOpts) -> None:
    """Log them, those of security as errors."""
    for one in find(conf):
        LOG.log(logging.ERROR if one.guards else logging.WARNING,
                '%s has no effect: %s', one.name, one.sentence)


def _is_installed(datastore: str) -> bool:
    return bool(importlib.metadata.entry_points(
        group=opts.DATASTORES, name=datastore))


def _files(conf: cfg.ConfigOpts) -> collections.abc.Iterator[str]:
    for path in conf.config_file or ():
        yield os.path.expanduser(path)
    for folder in conf.config_dir or ():
        yield from sorted(glob.glob(os.path.join(
            os.path.expanduser(folder), '*.conf')))


def _names(path: str) -> collections.abc.Iterator[tuple[str, str]]:
    """(group, name) of each option in a file that has been read before."""
    sections: dict[str, dict[str, list[str]]] = {}
    try:
        cfg.ConfigParser(path, sections).parse()
    except (OSError, cfg.ParseError) as error:
        # Without its words: they quote the line, which may be a secret.
        LOG.warning('Options of older releases are not looked for in %s '
                    '(%s).', path, type(error).__name__)
    for group, values in sections.items():
        known = 'DEFAULT' if group.upper() == 'DEFAULT' else group.lower()
        for name in values:
            yield known, name.replace('-', '_')
