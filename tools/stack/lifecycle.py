# SPDX-License-Identifier: Apache-2.0
"""Up, down, clean: the order of things."""

import concurrent.futures
import shutil
import time

from stack import broker
from stack import cloud
from stack import console
from stack import errors
from stack import files
from stack import images
from stack import locks
from stack import oscloud
from stack import packages
from stack import preflight
from stack import services
from stack import settings as settings_module
from stack import site as sites
from stack import venv
from stack import waiting

SHARED_WAIT_S = 1200
BUSY = ('Another trovestack is at work in {0}: wait for it, or stop it with '
        'Ctrl-C there.')


def up(settings, profiles=(), offers=(images.DEFAULT,)):
    """Bring up all that is missing; what is there already stays.

    ``offers`` are the datastore versions to have.
    """
    started = time.monotonic()
    with locked(settings), console.ticker():
        sites.refuse_mixture(settings, '')
        preflight.check(settings)
        with _shared(settings):
            packages.install(settings, profiles)
            venv.prepare(settings)
            _together(lambda: images.build(settings, offers),
                      lambda: _cloud_and_broker(settings))
        images.ready(settings, offers)
        services.start(settings)
    console.line(time.monotonic() - started, 'The stack is up.')


def up_elsewhere(settings, options, offers):
    """Bring up Trove's services on the cloud ``options.os_cloud``."""
    started = time.monotonic()
    with locked(settings), console.ticker():
        sites.refuse_mixture(settings, options.os_cloud)
        preflight.check(settings, foreign=True)
        with _shared(settings):
            packages.install(settings, (oscloud.PROFILE,))
            venv.prepare(settings)
            venv.install(settings)
            files.directory(settings.images)
        site = oscloud.find(settings, options)
        oscloud.ready(settings, site, offers)
        services.start(settings)
    console.line(time.monotonic() - started, 'The stack is up.')
    console.say(oscloud.reachability(settings, site))


def down(settings):
    """Stop processes and machines; data, images and packages stay."""
    if not settings.state.exists():
        console.say('Nothing is there to stop.')
        return
    with locked(settings), console.ticker():
        _stop(settings)


def clean(settings):
    """Remove all of it. Stack 0 takes the others and the shared parts."""
    if not settings.home.exists():
        console.say('Nothing is there to remove.')
        return
    stacks = [settings]
    if settings.slot == 0:
        stacks = [other for other in map(
            settings_module.load, range(settings_module.MAX_SLOT + 1))
            if other.state.exists()]
    for stack in stacks:
        _clean_one(stack)
    if settings.slot == 0:
        with console.step(f'Removing {settings.home}'):
            packages.forget()
            shutil.rmtree(settings.home)
            for made in settings_module.ROOT.glob('*.egg-info'):
                shutil.rmtree(made)
        console.say('Everything is removed but the Debian packages.')
    else:
        console.say(
            f'Stack {settings.slot} is removed. {settings.home} keeps the '
            'images and the Python packages, which all stacks share; '
            '"TROVESTACK_SLOT=0 trovestack clean" removes them, together '
            'with every stack.')


def locked(settings):
    """The lock of one stack, whose directories are made."""
    files.directory(settings.home, mode=0o711)
    files.directory(settings.state, mode=0o711)
    files.directory(settings.logs)
    return locks.held(settings.state / 'lock', BUSY.format(settings.state))


def prepare(settings, profiles, extra):
    """Only packages and the Python environment, for the tests."""
    preflight.disk(settings)
    with locked(settings), console.ticker(), _shared(settings):
        packages.install(settings, profiles)
        venv.prepare(settings)
        venv.install(settings, extra)


def _shared(settings):
    return locks.held(settings.home / 'lock', BUSY.format(settings.home),
                      wait_s=SHARED_WAIT_S)


def _cloud_and_broker(settings):
    venv.install(settings)
    files.directory(settings.images)
    cloud.start(settings)       # makes the bridge that the broker is on
    broker.start(settings)


def _stop(settings):
    with console.step('Stopping Trove\'s services'):
        services.stop(settings)
    with console.step('Stopping machines and the one-machine cloud'):
        cloud.stop(settings)
    with console.step('Stopping RabbitMQ'):
        broker.stop(settings)


def _clean_one(settings):
    with locked(settings), console.ticker():
        with console.step('Stopping everything'):
            services.stop(settings)
            removed = cloud.clean(settings)
            broker.stop(settings)
        for row in removed:
            console.say(f'  {row}')
        shutil.rmtree(settings.state)


def _together(*works):
    """Run them side by side; the first failure stops the others."""
    with concurrent.futures.ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(work) for work in works]
        concurrent.futures.wait(
            futures, return_when=concurrent.futures.FIRST_EXCEPTION)
        failed = [future for future in futures
                  if future.done() and future.exception()]
        if failed:
            waiting.STOP.set()
            concurrent.futures.wait(futures)
    raised = [future.exception() for future in futures]
    for error in sorted(filter(None, raised), key=lambda error: isinstance(
            error, errors.Interrupted)):
        raise error
