# SPDX-License-Identifier: Apache-2.0
"""Draw what the documentation shows of the code: pictures, OpenAPI document.

    draw.py             write them
    draw.py --check     fail when one is not as the code has it now
"""

import configparser
import csv
import inspect
import io
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / 'tools')]

from docgen import reference  # noqa: E402
from docgen import svg  # noqa: E402
from trove.conf import retired_table  # noqa: E402
from trove.objects import status  # noqa: E402
from trove.taskmanager import flows  # noqa: E402

PICTURES = ROOT / 'doc' / 'source' / 'contributor' / 'pictures'
DOCUMENT = ROOT / 'doc' / 'source' / 'user' / 'openapi.json'
OPTIONS = ROOT / 'doc' / 'source' / 'admin' / 'options.csv'
SERVER_STATUSES = ('', 'BUILD', 'ACTIVE', 'SHUTOFF', 'REBOOT', 'RESIZE',
                   'VERIFY_RESIZE', 'MIGRATING', 'PAUSED', 'ERROR',
                   'DELETED')
WIDE = 560


def main(words):
    """Write or check everything; the exit status."""
    old = []
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path, drawing in (
            *((PICTURES / name, drawing) for name, drawing in pictures()),
            (DOCUMENT, reference.text()), (OPTIONS, retired_options())):
        text = drawing if isinstance(drawing, str) else drawing.text()
        if words != ['--check']:
            path.write_text(text, encoding='utf-8')
        elif not path.exists() or path.read_text(encoding='utf-8') != text:
            old.append(path.name)
    if old:
        print(f'Not as the code has it: {", ".join(old)}. Draw them again '
              'with: python tools/docgen/draw.py', file=sys.stderr)
    return 1 if old else 0


def pictures():
    """(file name, picture) of each."""
    yield 'rooms.svg', rooms()
    yield 'statuses.rst', statuses()
    yield 'flows.rst', flow_pages()
    for verb in flows.VERBS:
        yield f'flow_{verb}.svg', flow(flows.build(verb, None))


def retired_options():
    """The table of options that have no effect any more."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator='\n')
    for row in retired_table.ROWS:
        rows.writerow((
            ', '.join(f'``{name}``' for name in row.names),
            ', '.join(f'[{group}]' for group in row.groups), row.fate,
            row.sentence[0].upper() + row.sentence[1:]))
    return text.getvalue()


def rooms():
    """Who may import whom, out of the contract that CI enforces."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / 'setup.cfg', encoding='utf-8')
    rows = parser['importlinter:contract:layers']['layers'].split('\n')
    drawing = svg.Drawing()
    floors = [row.split('|') for row in rows if row.strip()]
    for number, names in enumerate(floors):
        y, width = 10 + 60 * number, (WIDE - 10 * len(names)) / len(names)
        for place, name in enumerate(names):
            x = 10 + place * (width + 10)
            drawing.box(round(x), y, round(width), 36)
            drawing.words(round(x) + 8, y + 23,
                          name.strip().removeprefix('trove.'), 'head')
        if number + 1 < len(floors):
            drawing.arrow(WIDE // 2, y + 38, WIDE // 2, y + 58)
    drawing.words(WIDE + 20, 33, 'imports go down only,', 'small')
    drawing.words(WIDE + 20, 49, 'never up or sideways', 'small')
    return drawing


def flow(found):
    """The steps of one operation, each with what it needs and gives."""
    drawing = svg.Drawing()
    for number, step in enumerate(found.steps):
        y = 10 + 66 * number
        undo = type(step).revert is not _base(step).revert
        drawing.box(10, y, WIDE, 48, 'strong' if undo else 'box')
        drawing.words(20, y + 19, step.name, 'head')
        drawing.words(220, y + 19, _promise(step), 'small')
        drawing.words(20, y + 38, _facts(step, undo), 'small')
        if number + 1 < len(found.steps):
            drawing.arrow(WIDE // 2, y + 50, WIDE // 2, y + 64)
    return drawing


def flow_pages():
    """The picture of each flow under a heading, as RST."""
    rows = []
    for verb in flows.VERBS:
        title = verb.replace('_', ' ').capitalize()
        rows += [title, '-' * len(title), '',
                 f'.. image:: pictures/flow_{verb}.svg',
                 f'   :alt: the steps of {verb}', '']
    return '\n'.join(rows)


def statuses():
    """The word shown for each task and server status, as an RST table."""
    words = [word or '(none)' for word in SERVER_STATUSES]
    rows = ['.. list-table::', '   :header-rows: 1', '   :stub-columns: 1',
            '', '   * - Task', *(f'     - {word}' for word in words)]
    for task in status.Task:
        rows.append(f'   * - {task}')
        rows += [f'     - {status.shown(task, server)}'
                 for server in SERVER_STATUSES]
    return '\n'.join(rows) + '\n'


def _base(step):
    return type(step).__mro__[-2]


def _promise(step):
    text = (inspect.getdoc(type(step)) or '').split('\n')[0]
    return text if len(text) <= 52 else text[:50] + '...'


def _facts(step, undo):
    facts = []
    if step.needs:
        facts.append('needs ' + ', '.join(step.needs))
    if step.gives:
        facts.append('gives ' + ', '.join(step.gives))
    facts.append('can be undone' if undo else 'nothing to undo')
    return '; '.join(facts)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
