# SPDX-License-Identifier: Apache-2.0
"""Secrets leave as stars."""

from trove.guestkit import masking


def test_every_secret_is_masked_the_longest_first():
    assert masking.mask('pw and pw-long and none', ['pw', 'pw-long', '']) == (
        '*** and *** and none')
