# SPDX-License-Identifier: Apache-2.0
"""How much of a server's memory PostgreSQL gives to what. Pure."""

import dataclasses

from trove.datastores import sizing

#: The operating system, the agent, and the engine without its buffers.
RESERVED_MB = 224
#: What a busy ordinary connection takes beside its work memory.
CONNECTION_MB = 4
_KB = 1024
_BLOCK = 8 * _KB
#: What is given in units of memory: taken at the start, or by one session.
MEMORY = {'shared_buffers': _BLOCK, 'wal_buffers': _BLOCK,
          'temp_buffers': _BLOCK, 'work_mem': _KB,
          'maintenance_work_mem': _KB, 'autovacuum_work_mem': _KB,
          'logical_decoding_work_mem': _KB}
#: Buffers for new index entries and the like, for each of three workers.
_WORKERS = 3


#: The most that the log has for itself unless it is told to have more.
_WAL_BUFFERS_MB = 16
_MB = _KB ** 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The figures of a configuration."""

    shared_buffers_mb: int
    effective_cache_mb: int
    maintenance_mb: int
    autovacuum_mb: int
    work_mb: int
    connections: int
    max_wal_mb: int
    parallel: int


def _shared_mb(free_mb: int) -> int:
    return max(32, free_mb // 4 // 8 * 8)


def _free_mb(ram_mb: int) -> int:
    return max(ram_mb - RESERVED_MB, 64)


def at_start(ram_mb: int) -> dict[str, int]:
    """Bytes that the engine takes for what all its sessions share."""
    shared_mb = _shared_mb(_free_mb(ram_mb))
    return {'shared_buffers': shared_mb * _MB,
            'wal_buffers': min(shared_mb // 32, _WAL_BUFFERS_MB) * _MB}


def sizes(ram_mb: int, vcpus: int) -> Sizes:
    """The figures for a server of this memory and these processors."""
    free_mb = _free_mb(ram_mb)
    shared_mb = _shared_mb(free_mb)
    connections = sizing.within(60, free_mb // 16, 1000)
    return Sizes(
        shared_buffers_mb=shared_mb,
        # Most of what is not used is cache of the operating system.
        effective_cache_mb=max(64, free_mb * 3 // 4),
        maintenance_mb=sizing.within(16, ram_mb // 16, 2048),
        autovacuum_mb=sizing.within(16, ram_mb // 16 // _WORKERS, 512),
        # A sort in every fourth connection at a time.
        work_mb=sizing.within(2, (free_mb - shared_mb) // connections, 64),
        connections=connections,
        # What a crash has to repeat, and small beside a volume of 1 GB.
        max_wal_mb=sizing.within(128, ram_mb // 8, 4096),
        parallel=sizing.within(2, vcpus, 64))
