# SPDX-License-Identifier: Apache-2.0
"""An object store in memory, as far as the control plane asks it."""

import threading

from trove.cloud import ports
from trove.cloud import resources
from trove.cloud.fake import faults


class FakeObjects(ports.ObjectStore):
    """An account for every caller."""

    service = 'objects'

    def __init__(self, switch):
        self.faults = switch
        self.lock = threading.RLock()

    @faults.breakable
    def account(self, ctx):
        """The caller's account."""
        url = 'http://swift.test/v1/AUTH_' + ctx.project_id
        return resources.Account(url=url, guest_url=url,
                                 token=ctx.auth_token or '')
