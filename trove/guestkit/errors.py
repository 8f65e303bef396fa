# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with the machine that the agent works on."""

from trove.common import exception


class CommandFailed(exception.TroveError):
    """A command ended badly; its last words are in the message."""

    template = '%(command)s failed (%(code)s): %(words)s'


class CommandTimeout(exception.TroveError):
    """A command did not end in time and was killed."""

    template = '%(command)s did not end within %(timeout_s)s s.'


class VolumeMissing(exception.TroveError):
    """The data volume is not there."""

    template = 'No data volume was found by %(searched)s.'


class VolumeLost(exception.TroveError):
    """The data volume is gone from under its file system."""

    template = ('The data volume is lost: %(reason)s It is used again by '
                'itself as soon as it is back; if it stays away, ask the '
                'operator of the cloud for it.')


class VolumeForeign(exception.TroveError):
    """The volume holds something that is not ours to format or to use."""

    template = ('Volume %(device)s holds %(found)s; it is neither formatted '
                'nor used.')


class DatabaseExists(exception.Conflict):
    """The name is taken."""

    template = 'Database %(name)s exists already.'


class UserExists(exception.Conflict):
    """The name and host are taken."""

    template = 'User %(name)s@%(host)s exists already.'


class InitialiseFailed(exception.GuestFailed):
    """An empty engine could not be made."""

    template = '%(engine)s could not be initialised: %(reason)s'


class StartFailed(exception.GuestFailed):
    """The engine did not come up."""

    template = '%(engine)s did not start: %(reason)s'


class UnitFailed(exception.TroveError):
    """A service could not be driven."""

    template = 'Unit %(unit)s: %(reason)s'
