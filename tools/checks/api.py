# SPDX-License-Identifier: Apache-2.0
"""Many requests that the OpenAPI document allows, against the service.

    trovestack check api [EXAMPLES]

For each operation, 200 unless told otherwise: none may fail with 500, none
may be answered outside the document. Three times as many chains of requests
(make, show, act on, delete) follow. The tests do the same with a few.
"""

import os
import subprocess
import sys

from stack import settings as settings_module

TESTS = ('trove/tests/functional/api/test_openapi.py',
         'trove/tests/functional/api/test_stateful.py')


def main(examples='200'):
    """Run it; the exit status."""
    if not examples.isdecimal() or int(examples) < 1:
        print('Say how many examples of each operation: a whole number.',
              file=sys.stderr)
        return 2
    return subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider',
         *TESTS], cwd=settings_module.ROOT, check=False,
        env={**os.environ, 'TROVE_FUZZ_EXAMPLES': examples}).returncode


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
