# SPDX-License-Identifier: Apache-2.0
"""Broker users of guests, made again for a broker that lost them."""

import collections.abc
import typing

from trove.common import exception
from trove.operations import guest_links


def restore_guest_links(links: guest_links.GuestLinks, broker: typing.Any
                        ) -> collections.abc.Iterator[str]:
    """Give the broker the users of all guests, under the passwords that
    they have; gives the id of each instance when it is done. Users that are
    there stay as they are. May be repeated."""
    for instance_id in links.there():
        try:
            found = links.good(instance_id)
        except exception.NotFound:
            continue    # deleted meanwhile
        for one in found:
            # An instance from before there were exchanges of their own
            # keeps the right to the shared one where the broker knows it.
            broker.create_user(instance_id, one.broker_password,
                               one.broker_user, as_before=True)
        yield instance_id
