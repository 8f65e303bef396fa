# SPDX-License-Identifier: Apache-2.0
"""Pieces that the schemas of answers share. Objects are closed: a member
that is not described here is a defect of the view or of the description."""

TEXT = {'type': 'string'}
TEXT_OR_NULL = {'type': ['string', 'null']}
BOOLEAN = {'type': 'boolean'}
INTEGER = {'type': 'integer'}
COUNT = {'type': 'integer', 'minimum': 0}
NUMBER = {'type': 'number'}
NUMBER_OR_NULL = {'type': ['number', 'null']}

_MOMENT = r'^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$'

#: UTC, whole seconds, no zone.
TIME = {'type': 'string', 'pattern': _MOMENT}
TIME_OR_NULL = {'type': ['string', 'null'], 'pattern': _MOMENT}


def record(needed, optional=None):
    """An object with these members and no others."""
    return {'type': 'object', 'properties': {**needed, **(optional or {})},
            'required': sorted(needed), 'additionalProperties': False}


def more(base, needed=None, optional=None):
    """A closed object with the members of another one, and further ones."""
    must = {name: base['properties'][name] for name in base['required']}
    return record({**must, **(needed or {})}, {
        **{name: value for name, value in base['properties'].items()
           if name not in must and name not in (needed or {})},
        **(optional or {})})


def array(item):
    """A list of such things."""
    return {'type': 'array', 'items': item}


def one(name, body):
    """A body that holds one thing under its name."""
    return record({name: body})


def listing(name, item):
    """All things of a kind."""
    return one(name, array(item))


def page(name, item):
    """A page of things of a kind, with a link unless it is the last."""
    return record({name: array(item)}, {'links': array(record({
        'rel': {'const': 'next'}, 'href': TEXT}))})


LINKS = {'type': 'array', 'minItems': 2, 'maxItems': 2, 'items': record({
    'rel': {'enum': ['self', 'bookmark']}, 'href': TEXT})}

#: Another object, by its id.
LINK = record({'id': TEXT, 'links': LINKS})
