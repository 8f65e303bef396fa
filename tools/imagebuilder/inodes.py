# SPDX-License-Identifier: Apache-2.0
"""What differs in an ext4 file system from build to build.

When a file was last looked at, when its entry was changed and when it was
made can be set from outside only, and so can the traces of who mounted it.
"""

import os

from imagebuilder import commands
from imagebuilder import epoch

FIELDS = ('atime', 'ctime', 'crtime')
COUNTERS = (('mtime', '0'), ('wtime', '@{now}'), ('lastcheck', '@{now}'),
            ('mkfs_time', '@{now}'), ('mnt_count', '0'),
            ('kbytes_written', '0'))


def of(place):
    """Return {number: whether it is of this build} of a file system."""
    now, found = epoch.now(), {}
    for directory, names, files in os.walk(place):
        for path in (directory, *(os.path.join(directory, name)
                                  for name in (*names, *files))):
            seen = os.lstat(path)
            found[seen.st_ino] = seen.st_mtime > now
    return found


def settle(target, numbers, site):
    """Set times and the like to the build's, and then add the journal.

    ``target`` is what e2fsprogs take for a file system; it is not mounted
    and has no journal yet, which would remember what was.
    """
    script = site.path / 'times'
    script.write_text(''.join(f'{line}\n' for line in _lines(numbers)),
                      'ascii')
    # debugfs repeats every line that it is given.
    for argv, what in (
            (['sh', '-c', 'exec debugfs -w -f "$0" "$1" > /dev/null',
              script, target], 'setting the times of the disk'),
            # It says where the file system was, on this machine.
            (['tune2fs', '-M', '/', '-O', 'has_journal', target],
             'adding a journal to the disk')):
        commands.run(argv, what=what, log=site.log, env={
            **os.environ, 'E2FSPROGS_FAKE_TIME': str(epoch.now())})
    script.unlink()


def _lines(numbers):
    """Yield what debugfs(8) is to do."""
    now = epoch.now()
    for number, young in sorted(numbers.items()):
        for field in (*FIELDS, *(('mtime',) if young else ())):
            yield f'set_inode_field <{number}> {field} @{now}'
            yield f'set_inode_field <{number}> {field}_extra 0'
        yield f'set_inode_field <{number}> generation 0'
    for name, value in COUNTERS:
        yield f'set_super_value {name} {value.format(now=now)}'
