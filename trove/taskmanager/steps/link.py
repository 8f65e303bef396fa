# SPDX-License-Identifier: Apache-2.0
"""The change of a guest's key and broker user.

Nothing here is undone. What was made stays good until a change has gone all
the way, so a guest is never left without a key that is taken; a change that
stopped half-way is carried on by the next one.
"""

import logging

from trove.common import exception
from trove.operations import guest_links
from trove.rpc import broker_names
from trove.taskmanager.steps import base

LOG = logging.getLogger(__name__)


class GuestNotHeard(exception.GuestSilent):
    """The guest did not come back with its new key, or not yet."""

    template = ('The guest of instance %(instance_id)s was not heard under '
                'its new key within %(timeout_s)d s. Its old and its new key '
                'are both good; ask again to go on.')


class MakeNextLink(base.Step):
    """There is a key to follow."""

    gives = ('key_id',)

    def execute(self, instance_id: str) -> base.Given:
        """Make it, or go on with one that an earlier change left."""
        with self.tools.db.writer() as tx:
            made = self.tools.links.ensure_next(tx, instance_id)
        return {'key_id': made.key_id}


class AdmitNextUser(base.Step):
    """The broker knows the user that goes with it, beside the old one."""

    def execute(self, instance_id: str, operation_id: str,
                key_id: str) -> None:
        """Make the user; the same again is harmless."""
        found, _ = self.tools.links.secrets(instance_id, key_id)
        with self.tools.db.writer() as tx:
            # One record stands for both users, and is there already unless
            # the instance is from before there were records.
            tx.resources.put(instance_id, 'broker_user',
                             broker_names.user(instance_id), operation_id)
        self.tools.broker.create_user(instance_id, found.broker_password,
                                      found.broker_user, as_before=True)


class TellGuest(base.Step):
    """The guest has the new key and address, in all likelihood."""

    def execute(self, instance_id: str, key_id: str) -> None:
        """Tell it; no answer is no failure, since answers get lost."""
        found, is_next = self.tools.links.secrets(instance_id, key_id)
        if not is_next:
            return      # it was heard under the new key already
        url = self.tools.broker.guest_url(
            instance_id, found.broker_password, found.broker_user)
        try:
            self.tools.guest.rotate_link(instance_id, found.key_id,
                                         found.key, url)
        except exception.GuestSilent as error:
            LOG.warning('instance %s: %s', instance_id, error)


class WaitNextLink(base.Step):
    """The guest was heard under the new key, so it has all that is new."""

    def execute(self, instance_id: str, key_id: str) -> None:
        """Wait until the conductor has promoted the key."""
        timeout_s = self.tools.conf.guest_link.rotation_timeout
        try:
            self.tools.until(
                lambda: not self._is_next(instance_id, key_id), timeout_s,
                'a word of the guest')
        except exception.WaitTimeout as error:
            raise GuestNotHeard(instance_id=instance_id,
                                timeout_s=timeout_s) from error

    def _is_next(self, instance_id: str, key_id: str) -> bool:
        return self.tools.links.secrets(instance_id, key_id)[1]


class DropOldUser(base.Step):
    """Who stole what the guest had before is cut off."""

    def execute(self, instance_id: str, key_id: str) -> None:
        """Remove the old user; that closes its connections."""
        try:
            found, _ = self.tools.links.secrets(instance_id, key_id)
        except guest_links.KeyUnknown:
            LOG.info('instance %s: another change came after this one',
                     instance_id)
            return
        self.tools.broker.delete_other_user(instance_id, found.broker_user)
