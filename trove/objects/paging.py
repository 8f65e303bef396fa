# SPDX-License-Identifier: Apache-2.0
"""Page: a list that knows whether and where more of it begins."""


class Page(list):
    """Some rows of a collection; ``next_marker`` None: it was the last.

    The marker is what the same question takes as ``marker`` (an id) or
    ``offset`` (a number) to get the rows that follow.
    """

    def __init__(self, rows=(), next_marker=None):
        super().__init__(rows)
        self.next_marker = next_marker
