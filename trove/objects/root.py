# SPDX-License-Identifier: Apache-2.0
"""RootHistory: whether and by whom an engine's superuser was enabled."""

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RootHistory:
    """The newest enabling of root (UTC, naive); None was never."""

    instance_id: str
    user_id: str | None
    enabled_at: datetime.datetime
    disabled_at: datetime.datetime | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether root was not disabled since."""
        return self.disabled_at is None
