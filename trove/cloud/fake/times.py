# SPDX-License-Identifier: Apache-2.0
"""The clock of the cloud in memory."""

import datetime


def now():
    """The present, as services tell when something was made."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
