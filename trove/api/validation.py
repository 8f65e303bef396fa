# SPDX-License-Identifier: Apache-2.0
"""JSON schemas, compiled once, with messages that name the place."""

import jsonschema
from jsonschema import exceptions

from trove.common import exception


def body(schema, dialect=None):
    """A check of request bodies: gives the body back or raises BadRequest.

    Ids come in either case and are given back as the database has them.
    ``dialect`` turns what some client writes into the documented form. The
    check's ``schema`` is what the documentation is made from.
    """
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def check(value):
        if value is None:
            raise exception.BadRequest('A JSON body is required.')
        if dialect is not None:
            value = dialect(value)
        error = exceptions.best_match(validator.iter_errors(value))
        if error is not None:
            raise exception.BadRequest(_message(error))
        return _lowered(schema, value)

    check.schema = schema
    return check


def _lowered(schema, value):
    """The value with every id in lower case."""
    if isinstance(value, str):
        return value.lower() if schema.get('format') == 'uuid' else value
    if isinstance(value, list):
        return [_lowered(schema.get('items', {}), item) for item in value]
    if isinstance(value, dict):
        known = schema.get('properties', {})
        return {name: _lowered(known.get(name, {}), item)
                for name, item in value.items()}
    return value


def _message(error):
    place = _place(error.absolute_path)
    # The schema may carry the sentence of a rule that reads badly.
    said = error.schema.get('message') if isinstance(
        error.schema, dict) else None
    if error.validator == 'type' and not place:
        said = 'must be an object'
    said = said or _SAID.get(error.validator, _default)(error)
    return '%s: %s' % (place or 'body', said)


def _place(path):
    place = ''
    for part in path:
        place += '[%d]' % part if isinstance(part, int) else '.' + part
    return place.lstrip('.')


def _default(error):
    return error.message[:200]


def _closed(error):
    extra = sorted(set(error.instance) - set(error.schema['properties']))
    return 'unknown member %s' % ', '.join(repr(name) for name in extra)


def _missing(error):
    missing = [name for name in error.validator_value
               if name not in error.instance]
    return 'member %s is missing' % ', '.join(map(repr, missing))


def _number_of_members(error):
    least, most = (error.schema.get('minProperties', 0),
                   error.schema.get('maxProperties'))
    return 'name %s of %s' % (
        'exactly one' if (least, most) == (1, 1) else 'at least %d' % least,
        ', '.join(sorted(error.schema['properties'])))


_SAID = {
    'minProperties': _number_of_members,
    'maxProperties': _number_of_members,
    'required': _missing,
    'additionalProperties': _closed,
    'type': lambda e: 'must be of type %s' % (
        e.validator_value if isinstance(e.validator_value, str)
        else ' or '.join(e.validator_value)),
    'minimum': lambda e: 'must be at least %s' % e.validator_value,
    'maximum': lambda e: 'must be at most %s' % e.validator_value,
    'minLength': lambda e: 'must not be empty',
    'maxLength': lambda e: 'must have at most %s characters'
                           % e.validator_value,
    'enum': lambda e: 'must be one of %s' % ', '.join(
        str(word) for word in e.validator_value),
    'maxItems': lambda e: 'must have at most %s items' % e.validator_value,
    'uniqueItems': lambda e: 'must not name anything twice',
    'pattern': lambda e: 'must match %s' % e.validator_value,
}
