# SPDX-License-Identifier: Apache-2.0
"""pecan hooks: reading the request, and errors to answers."""

from pecan import hooks

from trove.api import errors
from trove.api import root


class ReadHook(hooks.PecanHook):
    """Reads query and body before pecan does it in its own way.

    pecan would parse a JSON body a second time as parameters, read other
    bodies as forms, and pick an answer's type from Accept.
    """

    def on_route(self, state):
        """Called by pecan before it looks for a controller."""
        req = state.request
        req.environ['trove.query'] = root.read_query(req.environ)
        req.environ['trove.body'] = root.read_body(req)
        req.environ['QUERY_STRING'] = ''
        req.body = b''
        req.pecan['content_type'] = errors.JSON


class ErrorHook(hooks.PecanHook):
    """Gives each failure its answer."""

    def on_error(self, state, error):
        """Called by pecan with whatever was raised."""
        state.request.environ[errors.ENVELOPED] = True
        return errors.response(error)
