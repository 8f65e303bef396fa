# SPDX-License-Identifier: Apache-2.0
"""pecan hooks: reading the request, and errors to answers."""

from pecan import hooks

from trove.api import errors
from trove.api import root


class ReadHook(hooks.PecanHook):
    """Reads query and body, strictly."""

    def on_route(self, state):
        """Called before the request is served."""
        req = state.request
        req.environ['trove.query'] = root.read_query(req.environ)
        req.environ['trove.body'] = root.read_body(req)


class ErrorHook(hooks.PecanHook):
    """Gives each failure its answer."""

    def on_error(self, state, error):
        """Called by pecan with whatever was raised."""
        state.request.environ[errors.ENVELOPED] = True
        return errors.response(error)
