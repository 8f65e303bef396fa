# SPDX-License-Identifier: Apache-2.0
"""What the messaging library puts on the wire for a cast, read without it.

A contract test holds this against casts of the library itself.
"""

import json


def argument(body, name):
    """One argument of the call in a message's body; None if there is none.
    """
    try:
        call = json.loads(body)
        if 'oslo.message' in call:
            call = json.loads(call['oslo.message'])
        return call['args'][name]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
