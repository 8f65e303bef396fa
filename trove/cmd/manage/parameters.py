# SPDX-License-Identifier: Apache-2.0
"""Validation rules of configuration parameters."""

import json

from trove.cmd.manage import datastores
from trove.common import exception
from trove.datastores import registry
from trove.objects import datastore

_TYPES = ('string', 'integer', 'boolean', 'float', 'list')


def register(command):
    """Add the commands of this noun."""
    version = {
        'option': True, 'metavar': 'NUMBER',
        'help': 'its version number, where several versions share a name'}
    names = {'datastore': {'help': 'name or id of the datastore'},
             'datastore_version': {'help': 'name or id of the version'}}
    command(db_load_datastore_config_parameters, **names,
            config_file_location={
                'metavar': 'file', 'nargs': '?',
                'help': 'JSON file of the rules (default: those that come '
                        'with the datastore)'}, version=version)
    command(db_remove_datastore_config_parameters, **names,
            version=version)


def db_load_datastore_config_parameters(desk, asked):
    """Load the rules that configuration groups of a version are held
    against; without a file those that come with the datastore. Rules that
    are not named any more are removed."""
    given = asked.config_file_location
    rules = _read(given) if given else None
    with desk.db.writer() as tx:
        version = datastores.find(tx, asked)
        if rules is None:
            rules = registry.Registry(desk.conf).get(
                version.manager).parameters(version.number)
        tx.datastores.remove_parameters(version.id)
        tx.datastores.put_parameters(
            version.id, [_parameter(version.id, rule) for rule in rules])
    desk.say('%d parameters loaded' % len(rules))


def db_remove_datastore_config_parameters(desk, asked):
    """Remove all rules of a version."""
    with desk.db.writer() as tx:
        count = tx.datastores.remove_parameters(
            datastores.find(tx, asked).id)
    desk.say('%d parameters removed' % count)


def _read(path):
    try:
        with open(path, encoding='utf-8') as file:
            rules = json.load(file)['configuration-parameters']
        for rule in rules:
            if rule['type'] not in _TYPES:
                raise ValueError('%s has the unknown type %r' % (
                    rule['name'], rule['type']))
        return rules
    except KeyError as error:
        raise exception.BadRequest(
            '%s lacks %s.' % (path, error)) from error
    except (OSError, ValueError, TypeError) as error:
        raise exception.BadRequest(
            '%s cannot be read: %s.' % (path, error)) from error


def _parameter(version_id, rule):
    return datastore.Parameter(
        name=rule['name'], version_id=version_id, type=rule['type'],
        restart_required=bool(rule.get('restart_required', False)),
        minimum=_text(rule.get('min')), maximum=_text(rule.get('max')))


def _text(limit):
    return None if limit is None else str(limit)
