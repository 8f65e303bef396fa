# SPDX-License-Identifier: Apache-2.0
"""How much of a server's memory InnoDB's buffer pool gets. Pure."""

import typing

#: What is given in bytes of memory: taken at the start, or by one session.
MEMORY = dict.fromkeys((
    'innodb_buffer_pool_size', 'innodb_log_buffer_size', 'key_buffer_size',
    'join_buffer_size', 'sort_buffer_size'), 1)

MB = 1024 ** 2

#: (memory in MB, share of what is not reserved): the pool's share grows with
#: the server, since the rest of the machine does not.
_POOL_SHARES = ((0, 0.50), (2048, 0.60), (4096, 0.65), (8192, 0.70),
                (16384, 0.75), (65536, 0.80))


class Caches(typing.Protocol):
    """The figures of what every server of the family has."""

    @property
    def buffer_pool_mb(self) -> int:
        """InnoDB's pages."""
        ...

    @property
    def log_buffer_mb(self) -> int:
        """InnoDB's log on its way to the disk."""
        ...

    @property
    def key_buffer_mb(self) -> int:
        """Indexes of MyISAM."""
        ...


def at_start(sizes: Caches) -> dict[str, int]:
    """What the server has for itself; sorts and joins are its sessions'."""
    return {'innodb_buffer_pool_size': sizes.buffer_pool_mb * MB,
            'innodb_log_buffer_size': sizes.log_buffer_mb * MB,
            'key_buffer_size': sizes.key_buffer_mb * MB}


def pool_mb(ram_mb: int, free_mb: int, chunk_mb: int) -> int:
    """Whole chunks: the pool's share of what is free."""
    share = [share for least_mb, share in _POOL_SHARES
             if ram_mb >= least_mb][-1]
    return max(32, int(free_mb * share) // chunk_mb * chunk_mb)
