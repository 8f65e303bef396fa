# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a request: a status and one clear sentence."""


class ApiError(Exception):
    """A refusal that the client is told about."""
    status = 500
    title = 'Internal Server Error'
    nova = 'computeFault'       # the key Nova and Cinder wrap it in

    def __init__(self, message=None, kind=None):
        super().__init__(message or self.title)
        self.message = message or self.title
        self.kind = kind        # Neutron's exception name


class BadRequest(ApiError):
    """The request itself is wrong."""
    status = 400
    title = 'Bad Request'
    nova = 'badRequest'


class Unauthorized(ApiError):
    """No valid token."""
    status = 401
    title = 'Unauthorized'
    nova = 'unauthorized'

    def __init__(self, message=None, kind=None):
        super().__init__(
            message or 'The request you have made requires authentication.',
            kind)


class Forbidden(ApiError):
    """The caller may not do this."""
    status = 403
    title = 'Forbidden'
    nova = 'forbidden'

    def __init__(self, message=None, kind=None):
        super().__init__(
            message or 'You are not authorized to perform the requested '
            'action.', kind)


class NotFound(ApiError):
    """No such thing, or none that the caller may see."""
    status = 404
    title = 'Not Found'
    nova = 'itemNotFound'


class MethodNotAllowed(ApiError):
    """The path is right, the method is not."""
    status = 405
    title = 'Method Not Allowed'
    nova = 'badMethod'


class NotAcceptable(ApiError):
    """A version that is not spoken."""
    status = 406
    title = 'Not Acceptable'
    nova = 'computeFault'


class Conflict(ApiError):
    """The thing is not in a state for this."""
    status = 409
    title = 'Conflict'
    nova = 'conflictingRequest'


class OverLimit(ApiError):
    """A quota does not allow it."""
    status = 403
    title = 'Forbidden'
    nova = 'forbidden'


class TooLarge(ApiError):
    """A quota does not allow it, in Cinder's words."""
    status = 413
    title = 'Request Entity Too Large'
    nova = 'overLimit'


class Unprocessable(ApiError):
    """The body does not match its checksum."""
    status = 422
    title = 'Unprocessable Entity'
    nova = 'badRequest'


class NotImplementedHere(ApiError):
    """OpenStack has it, this cloud does not."""
    status = 501
    title = 'Not Implemented'
    nova = 'notImplemented'


class Injected(ApiError):
    """A fault that a test has asked for."""

    def __init__(self, status):
        super().__init__('This failure was asked for through /faults.')
        self.status = status
        self.title = {503: 'Service Unavailable'}.get(status, 'Injected')
