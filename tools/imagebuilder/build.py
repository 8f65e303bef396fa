# SPDX-License-Identifier: Apache-2.0
"""Builds an image: what is missing of its layers, then its manifest."""

import dataclasses
import datetime
import pathlib
import shutil
import time

from imagebuilder import agentlayers
from imagebuilder import agentsource
from imagebuilder import baselayer
from imagebuilder import disk
from imagebuilder import engine
from imagebuilder import epoch
from imagebuilder import lock as locks
from imagebuilder import machinelayer
from imagebuilder import recipe as recipes
from imagebuilder import room
from imagebuilder import store as stores


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants built."""

    project: pathlib.Path
    datastore: str
    version: str
    agent_source: pathlib.Path
    mirror: str | None = None
    refresh: bool = False
    bootable: bool = False      # a disk for Nova, not layers
    pins: locks.Lock = locks.Lock()


def plan(order, store):
    """Return the recipe and its layers, top first, nothing built yet."""
    recipe = recipes.find(order.project, order.datastore, order.version)
    source = agentsource.AgentSource(order.agent_source)
    pins = order.pins
    base = baselayer.BaseLayer(recipes.load_base(), recipe.suite,
                               order.mirror, _as_of(order, recipe, store),
                               pins.packages, pins.epoch)
    tools = agentlayers.ToolsLayer(base)
    libraries = agentlayers.LibrariesLayer(source, recipe.agent_extras,
                                           tools, pins.distributions)
    own = [engine.EngineLayer(recipe, base, pins.packages, pins.older), base]
    if order.bootable:
        own.insert(0, machinelayer.MachineLayer(
            recipes.load_machine(), recipe, *own, pins.packages))
    return recipe, [agentlayers.AgentLayer(source, libraries), libraries,
                    *own]


def build(order, store, progress):
    """Build what is missing, and then write the manifest of the image."""
    began = time.monotonic()
    epoch.begin(order.pins.epoch)
    if order.bootable:
        disk.check()
    store.prepare()
    store.sweep()
    recipe, layers = plan(order, store)
    progress.say(f'image {recipe.image} in {store.dir}')
    for layer in reversed(layers):
        _ensure(layer, store, progress)
    document = locks.document_of(layers, store)
    locks.hold(order.pins, document)
    if order.bootable:
        disk.make(recipe, layers, store, progress)
    else:
        _describe(recipe, layers, store)
    store.write_lock(recipe.image, document)
    progress.say(f'image {recipe.image} is ready '
                 f'({time.monotonic() - began:.1f} s)')


def _describe(recipe, layers, store):
    document = {
        'format': stores.FORMAT,
        'layers': [layer.name for layer in layers],
        'datastore': recipe.datastore,
        'version': recipe.version,
        'min_ram_mb': recipe.min_ram_mb,
        'min_disk_gb': recipe.min_disk_gb,
    }
    with store.locked(recipe.image):
        if store.manifest(recipe.image) != document:
            store.write_manifest(recipe.image, document)


def _ensure(layer, store, progress):
    """Have a layer and what it needs; of two builds one makes it."""
    if store.has(layer.name):
        progress.say(f'  {layer.title}: there ({layer.name})')
        return
    for needed in layer.needs:
        if not store.has(needed.name):
            _ensure(needed, store, progress)
    with store.locked(layer.name):
        if store.has(layer.name):
            progress.say(f'  {layer.title}: there ({layer.name})')
            return
        _make(layer, store, progress)


def _make(layer, store, progress):
    with (room.for_work(store.dir, layer.title, layer.size_mb),
          progress.step(layer.title),
          store.building(layer.name) as (site, notes)):
        notes['title'] = layer.title
        notes['needs'] = [needed.name for needed in layer.needs]
        layer.make(site, store, progress, notes)


def _as_of(order, recipe, store):
    """Return which generation of packages to use; a refresh begins one.

    Layers stay as they are until somebody asks for today's packages, since
    running servers and a fast second build lean on them.
    """
    mark = store.dir / f'.as-of-{recipe.suite}'
    if order.refresh:
        shutil.rmtree(store.cache('packages') / 'lists' / recipe.suite,
                      ignore_errors=True)
        mark.write_text(datetime.datetime.now(datetime.UTC).isoformat(
            timespec='seconds'), 'ascii')
    return mark.read_text('ascii') if mark.exists() else ''


def prune(store, keep=(), only_tell=False):
    """Remove layers that no image names, no server uses, no build needs.

    Returns their names. ``keep`` holds further names to spare.
    """
    wanted = set(keep) | store.in_use()
    for document in (*store.images().values(), *store.disks().values()):
        wanted.update(document['layers'])
    for name in list(wanted):
        wanted.update(_needs(store, name))
    doomed = [name for name in store.layers() if name not in wanted]
    if not only_tell:
        for name in doomed:
            store.remove(name)
    return doomed


def _needs(store, name):
    for needed in store.notes(name).get('needs', ()):
        yield needed
        yield from _needs(store, needed)
