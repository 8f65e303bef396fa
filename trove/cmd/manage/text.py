# SPDX-License-Identifier: Apache-2.0
"""Plain tables for terminals and scripts."""


def table(headings, rows):
    """Lines of a table with its columns aligned."""
    cells = [headings] + [
        ['' if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in cells)
              for place in range(len(headings))]
    return '\n'.join(
        '  '.join(cell.ljust(width) for cell, width in
                  zip(row, widths, strict=True)).rstrip() for row in cells)
