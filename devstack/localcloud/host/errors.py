# SPDX-License-Identifier: Apache-2.0
"""What the host layer raises."""


class HostError(Exception):
    """The machine below the cloud refused; one sentence says what and why."""
