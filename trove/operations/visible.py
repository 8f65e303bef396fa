# SPDX-License-Identifier: Apache-2.0
"""Which objects a caller may see: its project's, or an admin all."""

from trove.common import context


def project_of(ctx: context.Context) -> str | None:
    """The project that look-ups by id are confined to; None for admins."""
    return None if ctx.is_admin else ctx.project_id
