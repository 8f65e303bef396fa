# SPDX-License-Identifier: Apache-2.0
"""``python -m localcloud VERB --config FILE``."""
import argparse
import logging
import signal
import sys
import threading

from localcloud import cloud as clouds
from localcloud import host as hosts
from localcloud import settings as configuration
from localcloud.host import errors as host_errors


def serve(settings, host):
    """Run until SIGTERM or SIGINT; machines keep running."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    missing = host.preflight()
    if missing:
        return _complain(missing)
    cloud = clouds.Cloud(settings, host)
    cloud.start()
    print(f'localcloud: http://{settings.listen}:{cloud.port}/identity/v3',
          flush=True)
    ended.wait()
    cloud.stop()
    return 0


def check(settings, host):
    """Say what is missing on this machine."""
    missing = host.preflight()
    if missing:
        return _complain(missing)
    print('Nothing is missing.')
    return 0


def clean(settings, host):
    """Remove every trace, also without a running cloud."""
    for line in (*host.clean(), *clouds.forget(settings)):
        print(line)
    return 0


def stop_machines(settings, host):
    """Shut all machines down, by their documents."""
    for name in clouds.Cloud(settings, host).stop_machines():
        print(f'stopped {name}')
    return 0


def _complain(sentences):
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 1


VERBS = {'serve': serve, 'check': check, 'clean': clean,
         'stop-machines': stop_machines}


def main(argv=None):
    """Read the configuration, do the verb; returns the exit status."""
    parser = argparse.ArgumentParser('localcloud', description=__doc__)
    parser.add_argument('verb', choices=sorted(VERBS))
    parser.add_argument('--config', required=True)
    parser.add_argument('--debug', action='store_true')
    args = parser.parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if args.debug else logging.INFO,
        format='%(asctime)s %(levelname)s %(name)s %(message)s')
    try:
        settings = configuration.load(args.config)
        return VERBS[args.verb](settings, hosts.Host(settings))
    except configuration.SettingsError as error:
        return _complain([str(error)])
    except host_errors.HostError as error:
        return _complain([str(error)])
    except OSError as error:
        return _complain([f'localcloud cannot run: {error}.'])


if __name__ == '__main__':
    sys.exit(main())
