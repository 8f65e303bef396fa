# SPDX-License-Identifier: Apache-2.0
"""Declarative tables, one file per aggregate. Rows never leave `db`."""

from trove.db.tables.backups import Backup
from trove.db.tables.backups import BackupStrategy
from trove.db.tables.base import Base
from trove.db.tables.configurations import Configuration
from trove.db.tables.configurations import ConfigurationValue
from trove.db.tables.datastores import Binding
from trove.db.tables.datastores import Datastore
from trove.db.tables.datastores import Parameter
from trove.db.tables.datastores import Version
from trove.db.tables.duties import Duty
from trove.db.tables.guests import GuestLink
from trove.db.tables.guests import ServiceStatus
from trove.db.tables.instances import Fault
from trove.db.tables.instances import Instance
from trove.db.tables.instances import Resource
from trove.db.tables.modules import InstanceModule
from trove.db.tables.modules import Module
from trove.db.tables.modules import ModulePiece
from trove.db.tables.notifications import Notification
from trove.db.tables.operations import Journal
from trove.db.tables.operations import Operation
from trove.db.tables.quotas import Quota
from trove.db.tables.quotas import Reservation
from trove.db.tables.quotas import Usage
from trove.db.tables.roots import RootHistory
from trove.db.tables.tls import InstanceTls

__all__ = (
    'Backup', 'BackupStrategy', 'Base', 'Binding', 'Configuration',
    'ConfigurationValue', 'Datastore', 'Duty', 'Fault', 'GuestLink',
    'Instance', 'InstanceModule', 'InstanceTls', 'Journal', 'Module',
    'ModulePiece', 'Notification', 'Operation', 'Parameter', 'Quota',
    'Reservation', 'Resource', 'RootHistory', 'ServiceStatus', 'Usage',
    'Version')
