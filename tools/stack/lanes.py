# SPDX-License-Identifier: Apache-2.0
"""`trovestack test`."""
NAMES = ()


def run(settings, lanes):
    """Later."""
