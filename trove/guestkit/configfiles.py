# SPDX-License-Identifier: Apache-2.0
"""Configuration in layers: a base file that includes a folder of changes.

Files of the folder are called ``<group>-<number>-<change>`` and a suffix, are
read in the order of their names, and the later one wins.
"""

import abc
import dataclasses
import os
import re
import typing

from trove.guestkit import files

USER = '20-user'                # the tenant's configuration group
AFTER_USER = '50-system'        # the agent's; wins over the tenant
_NAME = re.compile(r'[A-Za-z0-9_.-]+')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Layers(abc.ABC):
    """The layers of an engine; which syntax they have is its own.

    The engine, whose user is ``owner``, may read them and not write: who gets
    it to write files must not get to what it runs with.
    """

    base: str
    folder: str
    owner: str

    #: What the engine looks for in the folder, and how it is told to.
    suffix: typing.ClassVar[str]
    include: typing.ClassVar[str]
    #: Between a name and its value.
    separator: typing.ClassVar[str] = '='

    @abc.abstractmethod
    def text(self, values):
        """The text of a layer with these values; see `line`."""

    def write_base(self, text):
        """Write the base file, which includes the folder at its end."""
        files.folder(self.folder, 0o750, group=self.owner)
        files.write(self.base, '%s\n\n%s\n' % (
            text.rstrip('\n'), self.include % self.folder), 0o640,
            group=self.owner)

    def put(self, group, change, values):
        """Write one change of a group in place of its earlier form."""
        path = self._find(group, change) or self._new(group, change)
        files.write(path, self.text(values), 0o640, group=self.owner)

    def link(self, group, change, target):
        """Let one change of a group be what the file ``target`` says."""
        path = self._find(group, change)
        if path and os.path.islink(path) and os.readlink(path) == target:
            return
        path = path or self._new(group, change)
        interim = path + '.new'
        files.remove(interim)
        os.symlink(target, interim)
        os.replace(interim, path)
        files.sync_folder(self.folder)

    def has(self, group, change):
        """Whether there is such a change."""
        return (os.path.isdir(self.folder)
                and self._find(group, change) is not None)

    def drop(self, group, change):
        """Take one change away if it is there."""
        path = self._find(group, change)
        if path:
            files.remove(path)

    def keep(self, group, change):
        """Remember one change of a group as it is: it is good."""
        text = self._text_of(group, change)
        if files.read(self._kept(group, change)) != text:
            files.write(self._kept(group, change), text, 0o640,
                        group=self.owner)

    def fall_back(self, group, change):
        """Put back what was kept; the names of what differs from it.

        Without anything kept nothing is put back.
        """
        good = files.read(self._kept(group, change))
        bad = self._text_of(group, change)
        if good is None or good == bad:
            return []
        if good:
            path = self._find(group, change) or self._new(group, change)
            files.write(path, good, 0o640, group=self.owner)
        else:
            self.drop(group, change)
        differing = set(good.splitlines()) ^ set(bad.splitlines())
        return sorted({line.partition(self.separator)[0].strip()
                       for line in differing if not line.startswith('[')})

    def _text_of(self, group, change):
        path = self._find(group, change)
        return (files.read(path) if path else None) or ''

    def _kept(self, group, change):
        return '%s.%s-%s.kept' % (self.base, group, change)

    def value(self, group, name):
        """What a group says of an option, as it is written, or None."""
        found = None
        for _, _, file_name in self._of(group):
            text = files.read(os.path.join(self.folder, file_name)) or ''
            for line in text.splitlines():
                key, _, rest = line.partition(self.separator)
                if key.strip() == name:
                    found = rest.strip()
        return found

    def path(self, group, change):
        """The file of one change of a group, or None."""
        return self._find(group, change)

    def names(self):
        """The files of the folder in the order in which they count."""
        if not os.path.isdir(self.folder):
            return []
        return sorted(name for name in os.listdir(self.folder)
                      if name.endswith(self.suffix))

    def _of(self, group):
        pattern = re.compile(re.escape(group) + r'-(\d{3})-(.+)'
                             + re.escape(self.suffix))
        for name in self.names():
            match = pattern.fullmatch(name)
            if match:
                yield int(match[1]), match[2], name

    def _find(self, group, change):
        for _, found, name in self._of(group):
            if found == change:
                return os.path.join(self.folder, name)
        return None

    def _new(self, group, change):
        number = 1 + max((number for number, _, _ in self._of(group)),
                         default=0)
        return os.path.join(self.folder, '%s-%03d-%s%s' % (
            group, number, change, self.suffix))


def line(name, value):
    """The text of a value that is to stand in a line behind this name.

    A ValueError if they would break out of it.
    """
    if not _NAME.fullmatch(name):
        raise ValueError('%r is no name of an option.' % name)
    text = str(value)
    if any(ord(letter) < 32 for letter in text):
        raise ValueError('%r holds a control character.' % name)
    return text
