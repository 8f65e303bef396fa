# SPDX-License-Identifier: Apache-2.0
"""Boxes, words and lines as SVG; enough for the pictures of the docs."""

from xml.sax import saxutils

STYLE = """<style>
 text { font: 13px sans-serif; fill: #1f2933 }
 .small { font-size: 11px; fill: #52606d }
 .head { font-weight: bold }
 .box { fill: #f5f7fa; stroke: #52606d }
 .strong { fill: #d9e8ff; stroke: #1f5fbf }
 .line { stroke: #52606d; stroke-width: 1.5; fill: none }
</style>"""


class Drawing:
    """Things drawn one after the other; `text` gives the file."""

    def __init__(self):
        self._parts = []
        self._width = self._height = 0

    def box(self, x, y, width, height, kind='box'):
        """A rectangle with round corners."""
        self._parts.append(f'<rect class="{kind}" x="{x}" y="{y}" '
                           f'width="{width}" height="{height}" rx="5"/>')
        self._grow(x + width, y + height)

    def words(self, x, y, text, kind=''):
        """One row of text that begins at x."""
        self._parts.append(f'<text class="{kind}" x="{x}" y="{y}">'
                           f'{saxutils.escape(text)}</text>')
        self._grow(x + 8 * len(text), y)

    def arrow(self, x, y, to_x, to_y):
        """A line with a head."""
        self._parts.append(
            f'<path class="line" marker-end="url(#head)" '
            f'd="M{x},{y} L{to_x},{to_y}"/>')
        self._grow(max(x, to_x), max(y, to_y))

    def text(self):
        """The whole file."""
        width, height = self._width + 20, self._height + 20
        return '\n'.join((
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}">', STYLE,
            '<defs><marker id="head" markerWidth="8" markerHeight="8" '
            'refX="7" refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z" '
            'fill="#52606d"/></marker></defs>',
            *self._parts, '</svg>', ''))

    def _grow(self, x, y):
        self._width, self._height = max(self._width, x), max(self._height, y)
