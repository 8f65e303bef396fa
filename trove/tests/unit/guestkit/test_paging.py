# SPDX-License-Identifier: Apache-2.0
"""Pages of names."""

from trove.guestkit import paging


def test_pages_begin_after_their_marker_and_name_the_next():
    names = [(key, key.upper()) for key in 'abcd']
    assert paging.page(names, 2, None, False) == (['A', 'B'], 'b')
    assert paging.page(names, 2, 'b', False) == (['C', 'D'], None)
    assert paging.page(names, 2, 'b', True) == (['B', 'C'], 'c')
    assert paging.page(names, None, None, False) == (list('ABCD'), None)
    assert paging.page(names, 4, None, False)[1] is None
