# SPDX-License-Identifier: Apache-2.0
"""A data folder that counts only when it is whole: made beside its place,
synced once, then named. That also saves a third of the time on a volume."""

import glob
import logging
import os
import shutil
import tempfile

from trove.common import exception
from trove.common import waiting
from trove.guestkit import disks
from trove.guestkit import files

LOG = logging.getLogger(__name__)

#: Seconds that the remains of an interrupted attempt may take to end.
_REMAINS_S = 10


class Interim:
    """Folders that are to become ``place``, and belong to ``owner``."""

    def __init__(self, place: str, owner: str) -> None:
        self._place = place
        self._owner = owner

    def make(self) -> str:
        """An empty folder beside the place.

        It has a name of its own each time: the program of an interrupted
        attempt may live on for a moment and must not meet ours.
        """
        made = tempfile.mkdtemp(prefix=os.path.basename(self._place) + '.new.',
                                dir=os.path.dirname(self._place))
        shutil.chown(made, self._owner, self._owner)
        return made

    def name(self, made: str) -> None:
        """Give it the name that counts, with all that is in it."""
        disks.sync(made)
        os.rename(made, self._place)
        files.sync_folder(os.path.dirname(self._place))

    def clear(self) -> bool:
        """Remove what interrupted attempts have left; whether it is gone."""
        found = glob.glob(glob.escape(self._place) + '.new.*')
        for path in found:
            LOG.info('removing the remains of an interrupted start: %s', path)
            shutil.rmtree(path, onerror=_note)
        return not any(os.path.exists(path) for path in found)

    def see_clear(self) -> None:
        """Remove them until they stay away.

        Whoever was at work on them when the agent died may have written on
        for a moment, where no unit ends it with the agent.
        """
        try:
            waiting.until(self.clear, _REMAINS_S,
                          'the end of an interrupted start')
        except exception.WaitTimeout as error:
            LOG.warning('%s', error)


def _note(function: object, path: str, info: tuple[object, ...]) -> None:
    # The next start tries again; a new engine does not need the place.
    LOG.warning('%s stays: %s', path, info[1])
