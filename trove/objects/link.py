# SPDX-License-Identifier: Apache-2.0
"""Link: how a guest is spoken to, as the control plane stores it."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The sealed key of an instance and the counters against replay.

    The next key is there while a rotation is under way.
    ``boot`` and ``seq`` are those of the newest message accepted;
    ``api_version`` is what the guest last said that it speaks.
    """

    instance_id: str
    key_id: str
    sealed_key: str = dataclasses.field(repr=False)
    next_key_id: str | None = None
    next_sealed_key: str | None = dataclasses.field(default=None, repr=False)
    broker_user: str | None = None
    tx_counter: int = 0
    boot: int = 0
    seq: int = 0
    api_version: str | None = None
