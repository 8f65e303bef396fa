# SPDX-License-Identifier: Apache-2.0
"""trove-manage: one file per noun."""

from trove import cmd


def main():
    """Run one command of the operator's; exit status 1 when it fails."""
    cmd.choose_backend('threading')
    from trove.cmd.manage import program
    raise SystemExit(program.run())
