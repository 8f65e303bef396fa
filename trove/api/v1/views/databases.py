# SPDX-License-Identifier: Apache-2.0
"""Databases of an instance as clients see them."""


def row(found):
    """A row of the list."""
    return {'name': found.name}


def show(found):
    """One database."""
    return {'name': found.name, 'character_set': found.character_set,
            'collate': found.collate}


def named(names):
    """Databases of which only the names are known."""
    return [{'name': name} for name in names]
