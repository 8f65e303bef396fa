# SPDX-License-Identifier: Apache-2.0
"""Datastores, their versions, and what these are bound to."""

from trove.common import exception
from trove.datastores import registry
from trove.operations import datastore_versions

_DATASTORE = {'help': 'name or id of the datastore'}
_VERSION = {'help': 'name or id of the version'}
_NUMBER = {'option': True, 'metavar': 'NUMBER',
           'help': 'its version number, where several versions share a name'}


def register(command):
    """Add the commands of this noun."""
    command(datastore_update, datastore_name={'help': 'its name'},
            default_version={'help': 'name or id of the version to use when '
                                     'none is named; "" for none'})
    command(
        datastore_version_update, datastore=_DATASTORE,
        version_name={'help': 'name of the version'},
        manager={'help': 'which driver serves it, such as mariadb'},
        image_id={'help': 'id of the image; "" when tags choose it'},
        packages={'help': 'packages to install, comma separated; "" for '
                          'none'},
        active={'choices': ('0', '1'),
                'help': '1: new instances may be made of it'},
        registry_ext={'option': True, 'help': 'class path of a guest driver'},
        repl_strategy={'option': True, 'help': 'replication strategy'},
        image_tags={'option': True, 'metavar': 'TAGS',
                    'help': 'comma separated; the newest active image that '
                            'carries all of them is used'},
        version={'option': True, 'metavar': 'NUMBER',
                 'help': "the engine's version number (default: the name)"})
    for act, name, words in (
            (datastore_version_flavor_add, 'flavor_ids',
             'ids of flavors, comma separated'),
            (datastore_version_flavor_delete, 'flavor_id', 'id of a flavor'),
            (datastore_version_volume_type_add, 'volume_type_ids',
             'volume types, comma separated'),
            (datastore_version_volume_type_delete, 'volume_type_id',
             'a volume type')):
        command(act, datastore=_DATASTORE, datastore_version=_VERSION,
                **{name: {'help': words}, 'version': _NUMBER})
    command(datastore_version_volume_type_list, datastore=_DATASTORE,
            datastore_version=_VERSION, version=_NUMBER)


def datastore_update(desk, asked):
    """Make a datastore, or set its default version."""
    with desk.db.writer() as tx:
        store = tx.datastores.put_datastore(
            asked.datastore_name, asked.default_version)
    desk.say('Datastore %s: %s' % (store.name, store.id))


def datastore_version_update(desk, asked):
    """Make a version of a datastore, or change the one of that name and
    number."""
    tags = _words(asked.image_tags)
    if not asked.image_id and not tags:
        raise exception.BadRequest(
            'Name an image: either by its id or by --image-tags.')
    datastore_versions.check_manager(registry.Registry(desk.conf),
                                     asked.manager)
    with desk.db.writer() as tx:
        version = tx.datastores.put_version(
            asked.datastore, asked.version_name, asked.manager,
            active=asked.active == '1', number=asked.version or None,
            image_id=asked.image_id or None, image_tags=tags,
            packages=_words(asked.packages),
            registry_ext=asked.registry_ext,
            repl_strategy=asked.repl_strategy)
    desk.say('Version %s of %s: %s' % (
        version.name, version.datastore_name, version.id))


def datastore_version_flavor_add(desk, asked):
    """Bind flavors to a version. With none bound all flavors are
    allowed."""
    with desk.db.writer() as tx:
        tx.datastores.bind_flavors(
            find(tx, asked).id, _words(asked.flavor_ids))


def datastore_version_flavor_delete(desk, asked):
    """Take a flavor from those bound to a version."""
    with desk.db.writer() as tx:
        _found(tx.datastores.unbind_flavor(
            find(tx, asked).id, asked.flavor_id), 'Flavor', asked.flavor_id)


def datastore_version_volume_type_add(desk, asked):
    """Bind volume types to a version. With none bound all are allowed."""
    with desk.db.writer() as tx:
        tx.datastores.bind_volume_types(
            find(tx, asked).id, _words(asked.volume_type_ids))


def datastore_version_volume_type_delete(desk, asked):
    """Take a volume type from those bound to a version."""
    with desk.db.writer() as tx:
        _found(tx.datastores.unbind_volume_type(
            find(tx, asked).id, asked.volume_type_id), 'Volume type',
            asked.volume_type_id)


def datastore_version_volume_type_list(desk, asked):
    """List the volume types bound to a version, one a line."""
    with desk.db.reader() as tx:
        for name in find(tx, asked).volume_types:
            desk.say(name)


def find(tx, asked):
    """The version that a command names."""
    store = tx.datastores.find(asked.datastore)
    return tx.datastores.version(store.id, asked.datastore_version,
                                 asked.version)


def _words(text):
    return [word.strip() for word in (text or '').split(',')
            if word.strip()]


def _found(was_there, kind, name):
    if not was_there:
        raise exception.NotFound(
            '%s %s is not bound to the version.' % (kind, name))
