# SPDX-License-Identifier: Apache-2.0
"""How much of a server's memory MariaDB gives to what. Pure."""

import dataclasses

from trove.datastores import sizing
from trove.datastores.sqlfamily import sizing as pool

#: The operating system, the agent, and the engine before its first page.
RESERVED_MB = 256
#: What is given in bytes of memory.
MEMORY = {**pool.MEMORY, 'aria_pagecache_buffer_size': 1,
          'query_cache_size': 1}
#: What a busy ordinary connection takes: stack, buffers, a small result.
CONNECTION_MB = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The figures of a configuration."""

    buffer_pool_mb: int
    redo_mb: int
    log_buffer_mb: int
    key_buffer_mb: int
    aria_cache_mb: int
    connections: int
    thread_cache: int
    tables: int
    tmp_table_mb: int
    packet_mb: int


def sizes(ram_mb: int) -> Sizes:
    """The figures for a server of this memory."""
    free_mb = max(ram_mb - RESERVED_MB, 64)
    pool_mb = pool.pool_mb(ram_mb, free_mb, chunk_mb=8)
    connections = sizing.within(
        50, (free_mb - pool_mb) // (2 * CONNECTION_MB), 2000)
    return Sizes(
        buffer_pool_mb=pool_mb,
        # Large enough to smooth writes, small beside a volume of 1 GB.
        redo_mb=sizing.within(48, ram_mb // 16, 256),
        log_buffer_mb=sizing.within(8, ram_mb // 128, 64),
        key_buffer_mb=sizing.within(4, ram_mb // 128, 64),
        aria_cache_mb=sizing.within(8, ram_mb // 64, 128),
        connections=connections,
        thread_cache=sizing.within(8, connections // 10, 128),
        tables=sizing.within(256, ram_mb, 8192),
        tmp_table_mb=sizing.within(8, ram_mb // 64, 128),
        packet_mb=sizing.within(16, ram_mb // 64, 256))
