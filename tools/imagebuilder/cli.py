# SPDX-License-Identifier: Apache-2.0
"""The command line of tools/trove-image."""

import argparse
import json
import os
import pathlib
import sys

from imagebuilder import build
from imagebuilder import disk
from imagebuilder import errors
from imagebuilder import glance
from imagebuilder import isolation
from imagebuilder import lock
from imagebuilder import progress
from imagebuilder import recipe
from imagebuilder import store
from imagebuilder.checking import boots
from imagebuilder.checking import run

PROJECT = pathlib.Path(__file__).resolve().parents[2]
IMAGE_DIR = '/var/lib/trovestack/images'


def main(argv=None):
    """Run one command; return its exit code."""
    options = _parser().parse_args(argv)
    return _told(lambda: options.verb(options))


def _told(work):
    """Do ``work``; return its exit code, trouble told in a sentence."""
    try:
        return work() or 0
    except errors.BuildError as error:
        print(f'trove-image: {error}', file=sys.stderr)
        return 1
    except (isolation.Stopped, KeyboardInterrupt):
        print('trove-image: stopped; nothing half-made is left',
              file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog='trove-image', description='Build and keep guest images.')
    verbs = parser.add_subparsers(required=True, metavar='VERB')

    def verb(name, function, text, image=True):
        one = verbs.add_parser(name, help=text, description=text)
        one.set_defaults(verb=function)
        one.add_argument('--image-dir', default=IMAGE_DIR, metavar='DIR',
                         help='where layers and manifests are kept '
                              f'(default {IMAGE_DIR})')
        if image:
            one.add_argument('datastore')
            one.add_argument('version')
        return one

    one = verb('build', _build, 'build an image from its recipe')
    one.add_argument('--format', choices=('layer', 'qcow2'), default='layer',
                     help='layer: directories for the one-machine cloud; '
                          'qcow2: a bootable disk for Nova')
    one.add_argument('--lock', type=pathlib.Path, metavar='FILE',
                     help='take the versions in this file, which an earlier '
                          'build wrote (IMAGE.lock.json), and no others')
    one.add_argument('--agent-source', type=pathlib.Path, default=PROJECT,
                     metavar='DIR', help='source tree of the guest agent')
    one.add_argument('--mirror', metavar='URL',
                     help="a Debian mirror, instead of this machine's own "
                          'package sources')
    one.add_argument('--refresh', action='store_true',
                     help="use today's packages, not those of an earlier "
                          'build')
    one.add_argument('--upload', action='store_true',
                     help='give the image to Glance (OS_CLOUD or OS_*)')
    verb('list', _list, 'list recipes and what is built', image=False)
    verb('show', _show, 'show what is in an image')
    verb('path', _path, "print the directories of an image's layers")
    verb('manifest', _manifest, 'print the manifest that Glance gets')
    _check_verb(verb('check', _check, 'check a bootable disk', image=False))
    one = verb('prune', _prune, 'remove layers that nothing needs any more',
               image=False)
    one.add_argument('--keep', action='append', default=[], metavar='LAYER',
                     help='spare this one, and what it needs')
    one.add_argument('--dry-run', action='store_true',
                     help='only say what would be removed')
    return parser


def _build(options):
    bootable = options.format == 'qcow2'
    order = build.Order(
        project=PROJECT, datastore=options.datastore,
        version=options.version, agent_source=options.agent_source,
        mirror=options.mirror, refresh=options.refresh, bootable=bootable,
        pins=lock.load(options.lock) if options.lock else lock.Lock())
    # A wrong name needs neither root nor namespaces to be told.
    recipe.find(PROJECT, options.datastore, options.version)
    told = progress.Progress()
    images = store.Store(options.image_dir, told.say)

    # The inner process tells its own trouble; here counts how it ended.
    code = isolation.inside(
        lambda: _told(lambda: build.build(order, images, told)))
    if code == 0:
        name = _image(options)
        if bootable:
            notes = images.disk(name)
            path = disk.path_of(images, notes)
        else:
            notes, path = _built(options, images), images.manifest_path(name)
        print(path)
        if options.upload:
            print(glance.upload(name, path, notes, told))
    return code


CHECK = """
Looks into the disk, read only: no passwords, no keys, empty machine id, DHCP
on any network card, root that grows, console on the serial line, agent that
starts, nothing left of the building. Then boots copies of it in QEMU: by
BIOS with a config drive, by BIOS with a metadata service only, by UEFI, and
by UEFI with Secure Boot (the last two where the package ovmf is installed),
until the guest agent says whose server it is, and shuts each down. The disk
itself is not changed. Without KVM a boot takes some minutes.

Prints a table; its last line is "N passed, N failed". Needs root.
"""


def _check_verb(one):
    one.description = CHECK
    one.formatter_class = argparse.RawDescriptionHelpFormatter
    one.add_argument('file', type=pathlib.Path,
                     help='a qcow2, such as build made')
    one.add_argument('--no-boot', action='store_true',
                     help='only look into it: seconds instead of minutes')
    one.add_argument('--boot', action='append', choices=tuple(boots.WAYS),
                     help='boot this way only (may be given again); without '
                          'it, all')
    one.add_argument('--deadline', type=int, default=900, metavar='SECONDS',
                     help='the longest that one boot may take (default 900; '
                          'raise it on a slow machine without KVM)')
    one.add_argument('--packages', action='store_true',
                     help='only list its packages and their versions')
    one.add_argument('--builder', action='append', default=[],
                     metavar='WORD',
                     help='a path or name of the building machine that must '
                          "not be inside (this machine's are looked for "
                          'anyway)')


def _check(options):
    told = progress.Progress()
    image = options.file.absolute()

    def work():
        if options.packages:
            return run.listed(image, told)
        ways = options.boot or tuple(boots.WAYS)
        return run.check(image, told, ways=() if options.no_boot else ways,
                         deadline_s=options.deadline,
                         builder=options.builder)

    return isolation.inside(lambda: _told(work))


def _image(options):
    return f'{options.datastore}-{options.version}'


def _built(options, images):
    document = images.manifest(_image(options))
    if document is None:
        raise errors.BuildError(
            f'the image {_image(options)} is not built: run trove-image '
            f'build {options.datastore} {options.version}')
    return document


def _list(options):
    images = store.Store(options.image_dir)
    built = images.images()
    known = [f'{path.parent.parent.name}-{path.stem}'
             for path in recipe.paths(PROJECT)]
    for name in sorted({*built, *known}):
        layers = built.get(name, {}).get('layers', [])
        state = 'not built'
        if layers:
            whole = all(images.has(layer) for layer in layers)
            state = 'built' if whole else 'damaged: build it again'
        print(f'{name:24} {state}')


def _show(options):
    images = store.Store(options.image_dir)
    for name in _built(options, images)['layers']:
        notes = images.notes(name)
        print(f'{name}  built {notes.get("built", "?")}')
        for kind in ('packages', 'distributions', 'users'):
            for word, value in sorted(notes.get(kind, {}).items()):
                print(f'    {kind[:-1]:12} {word} {value}')


def _path(options):
    images = store.Store(options.image_dir)
    for name in _built(options, images)['layers']:
        print(images.layer(name))


def _manifest(options):
    images = store.Store(options.image_dir)
    print(json.dumps(_built(options, images), indent=1, sort_keys=True))


def _prune(options):
    if not options.dry_run and os.geteuid() != 0:
        raise errors.BuildError('removing layers needs root: run it with sudo')
    images = store.Store(options.image_dir)
    if not images.dir.is_dir():
        return
    images.prepare()
    images.sweep()
    for name in build.prune(images, options.keep, options.dry_run):
        print(name)
