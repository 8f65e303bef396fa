# SPDX-License-Identifier: Apache-2.0
"""What a check has found, row by row."""

import dataclasses

OK = 'pass'
FAIL = 'FAIL'
MISSING = 'not available'


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One check: how it ended, and why or with what."""

    check: str
    outcome: str
    note: str = ''


def row(check, faults, note=''):
    """A row that passes where nothing is at fault; the faults are named."""
    if not faults:
        return Row(check, OK, note)
    shown = ', '.join(faults[:4])
    more = f' and {len(faults) - 4} more' if faults[4:] else ''
    return Row(check, FAIL, shown + more)


def lines(rows):
    """Yield the table; the last line says how many passed and failed."""
    width = max(len('check'), *(len(each.check) for each in rows))
    yield f'{"check":{width}} | pass/fail'
    for each in rows:
        line = f'{each.check:{width}} | {each.outcome}'
        yield f'{line}: {each.note}' if each.note else line
    missing = count(rows, MISSING)
    if missing:
        yield f'{missing} not available'
    yield f'{count(rows, OK)} passed, {count(rows, FAIL)} failed'


def count(rows, outcome):
    """Return how many rows ended so."""
    return sum(each.outcome == outcome for each in rows)
