# SPDX-License-Identifier: Apache-2.0
"""The pecan application below the pipeline."""

import pecan

from trove.api import hooks
from trove.api import root
from trove.api import routing
from trove.api.v1 import routes


def build(deps, policy, limiter):
    """A WSGI application that serves every route of version 1.0."""
    router = routing.Router(routes.table(deps, policy, limiter))
    return pecan.Pecan(
        root.Root(deps.conf, router, policy),
        hooks=[hooks.ReadHook(), hooks.ErrorHook()],
        use_context_locals=False, guess_content_type_from_ext=False,
        force_canonical=False, default_renderer='json')
