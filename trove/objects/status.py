# SPDX-License-Identifier: Apache-2.0
"""The three values that describe an instance, and the one word shown of it.

Codes and words are the contract of the API (spec of statuses): a task is what
the control plane does, a service status is what the guest reported, a server
status is Nova's word. `shown` and `operating` are pure functions of them.
"""

import datetime
import enum


@enum.unique
class Task(enum.StrEnum):
    """What the control plane does with an instance."""

    code: int
    action: str
    is_error: bool
    text: str

    def __new__(cls, word: str, code: int, action: str, is_error: bool,
                text: str) -> 'Task':
        """Make a member whose value is ``word``."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.code = code
        member.action = action
        member.is_error = is_error
        member.text = text
        return member

    NONE = 'NONE', 0x01, 'NONE', False, 'No tasks for the instance.'
    DELETING = 'DELETING', 0x02, 'DELETING', False, 'Deleting the instance.'
    REBOOTING = 'REBOOTING', 0x03, 'REBOOTING', False, 'Restarting.'
    RESIZING = 'RESIZING', 0x04, 'RESIZING', False, 'Resizing the instance.'
    BUILDING = 'BUILDING', 0x05, 'BUILDING', False, 'The instance is building.'
    MIGRATING = 'MIGRATING', 0x06, 'MIGRATING', False, 'Migrating the server.'
    RESTART_REQUIRED = ('RESTART_REQUIRED', 0x07, 'RESTART_REQUIRED', False,
                        'A restart is needed for settings to take effect.')
    PROMOTING = ('PROMOTING', 0x08, 'PROMOTING', False,
                 'Promoting a replica to source.')
    EJECTING = ('EJECTING', 0x09, 'EJECTING', False,
                'Ejecting the replica source.')
    LOGGING = 'LOGGING', 0x0a, 'LOGGING', False, 'Transferring guest logs.'
    DETACHING = ('DETACHING', 0x0b, 'DETACHING', False,
                 'Detaching the replica from its source.')
    UPDATING = 'UPDATING', 0x0c, 'UPDATING', False, 'Updating the instance.'
    BUILDING_ERROR_DNS = ('BUILDING_ERROR_DNS', 0x50, 'BUILDING', True,
                          'Build failed: DNS record.')
    BUILDING_ERROR_SERVER = ('BUILDING_ERROR_SERVER', 0x51, 'BUILDING', True,
                             'Build failed: server.')
    BUILDING_ERROR_VOLUME = ('BUILDING_ERROR_VOLUME', 0x52, 'BUILDING', True,
                             'Build failed: volume.')
    BUILDING_ERROR_SEC_GROUP = ('BUILDING_ERROR_SEC_GROUP', 0x53, 'BUILDING',
                                True, 'Build failed: security group.')
    BUILDING_ERROR_REPLICA = ('BUILDING_ERROR_REPLICA', 0x54, 'BUILDING',
                              True, 'Build failed: replica.')
    PROMOTION_ERROR = ('PROMOTION_ERROR', 0x55, 'PROMOTING', True,
                       'Promotion failed.')
    EJECTION_ERROR = ('EJECTION_ERROR', 0x56, 'EJECTING', True,
                      'Ejection failed.')
    GROWING_ERROR = 'GROWING_ERROR', 0x57, 'GROWING', True, 'Growing failed.'
    SHRINKING_ERROR = ('SHRINKING_ERROR', 0x58, 'SHRINKING', True,
                       'Shrinking failed.')
    UPGRADING = ('UPGRADING', 0x59, 'UPGRADING', False,
                 'Upgrading the datastore version.')
    UPGRADING_ERROR = ('UPGRADING_ERROR', 0x5a, 'UPGRADING', True,
                       'Upgrade failed.')
    BUILDING_ERROR_TIMEOUT_GA = ('BUILDING_ERROR_TIMEOUT_GA', 0x5b, 'ERROR',
                                 True, 'Build failed: the guest was silent.')
    BUILDING_ERROR_PORT = ('BUILDING_ERROR_PORT', 0x5c, 'BUILDING', True,
                           'Build failed: port.')
    UPDATING_ERROR_ACCESS = ('UPDATING_ERROR_ACCESS', 0x5d, 'UPDATING', True,
                             'Changing the access failed.')


@enum.unique
class Service(enum.StrEnum):
    """What the guest last said of its engine; the value is the wire text."""

    code: int
    shown_as: str

    def __new__(cls, text: str, code: int, shown_as: str) -> 'Service':
        """Make a member whose value is the wire text."""
        member = str.__new__(cls, text)
        member._value_ = text
        member.code = code
        member.shown_as = shown_as
        return member

    RUNNING = 'running', 0x01, 'ACTIVE'
    BLOCKED = 'blocked', 0x02, 'BLOCKED'
    PAUSED = 'paused', 0x03, 'SHUTDOWN'
    SHUTDOWN = 'shutdown', 0x04, 'SHUTDOWN'
    DELETED = 'deleted', 0x05, 'DELETED'
    CRASHED = 'crashed', 0x06, 'SHUTDOWN'
    FAILED = 'failed to spawn', 0x08, 'FAILED'
    BUILDING = 'building', 0x09, 'BUILD'
    PROMOTING = 'promoting replica', 0x10, 'PROMOTE'
    EJECTING = 'ejecting replica source', 0x11, 'EJECT'
    LOGGING = 'transferring guest logs', 0x12, 'LOGGING'
    UNKNOWN = 'unknown', 0x16, 'ERROR'
    NEW = 'new', 0x17, 'NEW'
    FAILED_TIMEOUT_GUESTAGENT = 'guestagent error', 0x18, 'ERROR'
    INSTANCE_READY = 'instance ready', 0x19, 'BUILD'
    RESTART_REQUIRED = 'restart required', 0x20, 'RESTART_REQUIRED'
    HEALTHY = 'healthy', 0x21, 'HEALTHY'
    UPGRADING = 'upgrading', 0x22, 'UPGRADING'
    RESTARTING = 'restarting', 0x23, 'RESTARTING'


TASK_BY_CODE = {task.code: task for task in Task}
SERVICE_BY_CODE = {service.code: service for service in Service}

#: Service statuses in which an operation may begin.
ACTIONABLE = frozenset((Service.RUNNING, Service.HEALTHY, Service.SHUTDOWN,
                        Service.CRASHED, Service.BLOCKED,
                        Service.RESTART_REQUIRED))

#: Shown statuses in which nobody asks the guest for its figures.
GUEST_AWAY = frozenset(('BUILD', 'REBOOT', 'RESIZE', 'PROMOTE', 'EJECT',
                        'UPGRADE', 'SHUTDOWN'))

_BUSY_WORD = {
    'REBOOTING': 'REBOOT', 'RESIZING': 'RESIZE', 'UPGRADING': 'UPGRADE',
    'RESTART_REQUIRED': 'RESTART_REQUIRED', 'PROMOTING': 'PROMOTE',
    'EJECTING': 'EJECT', 'LOGGING': 'LOGGING', 'DETACHING': 'DETACH'}

_SERVER_WORD = {word: word for word in (
    'BUILD', 'ERROR', 'REBOOT', 'RESIZE', 'ACTIVE', 'SHUTDOWN')}
_SERVER_WORD.update({
    'VERIFY_RESIZE': 'RESIZE', 'MIGRATING': 'RESIZE',
    'REVERT_RESIZE': 'RESIZE', 'HARD_REBOOT': 'REBOOT',
    'SHUTOFF': 'SHUTDOWN', 'PAUSED': 'SHUTDOWN', 'SUSPENDED': 'SHUTDOWN',
    'STOPPED': 'SHUTDOWN', 'DELETED': 'SHUTDOWN',
    'SOFT_DELETED': 'SHUTDOWN'})

#: A server that the compute service does not know any more.
SERVER_GONE = 'DELETED'
#: Nothing runs in a server in one of these.
SERVER_DOWN = frozenset(word for word, shown_as in _SERVER_WORD.items()
                        if shown_as == 'SHUTDOWN')

_GONE = frozenset(('ACTIVE', 'SHUTDOWN', 'DELETED', ''))


def shown(task: Task, server_status: str | None, backup_runs: bool = False,
          deleted: bool = False) -> str:
    """The one word of an instance's status; first match wins."""
    server = server_status or ''
    if deleted:
        return 'SHUTDOWN'
    if task.is_error:
        return 'ERROR'
    if task.action == 'BUILDING':
        return 'ERROR' if server == 'ERROR' else 'BUILD'
    if task.action in _BUSY_WORD:
        return _BUSY_WORD[task.action]
    if task is Task.DELETING:
        return 'SHUTDOWN' if server in _GONE else 'ERROR'
    if backup_runs:
        return 'BACKUP'
    return _SERVER_WORD.get(server, 'UNKNOWN')


def operating(task: Task, server_status: str | None, service: Service | None,
              reported_at: datetime.datetime | None,
              now: datetime.datetime, expiry_s: float) -> str:
    """The engine's state in one word, or nothing while a task is running.

    A report older than ``expiry_s`` counts as a lost guest.
    """
    if (task is not Task.NONE or server_status != 'ACTIVE'
            or service is None):
        return ''
    if service is not Service.RESTART_REQUIRED and (
            reported_at is None
            or (now - reported_at).total_seconds() > expiry_s):
        return Service.FAILED_TIMEOUT_GUESTAGENT.shown_as
    return service.shown_as
