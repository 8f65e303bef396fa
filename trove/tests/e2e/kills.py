# SPDX-License-Identifier: Apache-2.0
"""kill -9 of real processes of a stack, while instances live and change.

One round is the life of an instance: it is made, restarted, grown, resized,
given a new server and deleted, and each of that meets one kill.
`trovestack check crash --real` runs many.
"""

import dataclasses
import os
import pathlib
import random
import secrets
import signal
import threading

import requests
from keystoneauth1 import exceptions as ksa_errors
from troveclient.apiclient import exceptions

from stack import broker
from stack import daemons
from stack import services
from stack.inside import tenant as tenant_module
from trove.tests.e2e import leftovers

#: Seconds from the request within which the kill comes.
WITHIN_S = {'create': 2.5, 'restart': 2.0, 'resize_volume': 1.0,
            'resize_flavor': 3.0, 'rebuild': 4.0, 'delete': 1.5}
VICTIMS = ('trove-taskmanager', 'trove-conductor', 'trove-api', 'rabbitmq',
           'trove-guestagent')
_READY_S = 300
_BACK_S = 120
_AWAY = (exceptions.ClientException, ksa_errors.ClientException,
         requests.RequestException)


@dataclasses.dataclass
class Result:
    """What came of one kill."""

    words: str
    end: str = ''
    stuck: str = ''
    orphans: list = dataclasses.field(default_factory=list)
    doubles: int = 0

    @property
    def good(self):
        """Whether it converged."""
        return not (self.stuck or self.orphans or self.doubles)

    def __str__(self):
        return '%s: %s' % (
            self.words, 'converged, ' + self.end if self.good else
            self.stuck or ', '.join(self.orphans) or 'doubled')


class Killer:
    """Kills processes of one stack, and lets them come back."""

    def __init__(self, stack, tenant, operator, seed=1):
        self._stack = stack
        self._tenant = tenant
        self._operator = operator
        self._chance = random.Random(seed)
        self._victims = []

    def round(self, victims=VICTIMS):
        """One instance from its creation to its end; a Result per kill."""
        before = leftovers.look(self._stack, self._operator.cloud)
        name = 'killed-' + secrets.token_hex(3)
        results = []
        instance_id = None
        for verb in WITHIN_S:
            if (verb not in ('create', 'delete')
                    and not self._is_up(instance_id)):
                continue        # it could not be made
            victim = self._next(victims)
            after_s = self._chance.uniform(0, WITHIN_S[verb])
            result = Result('%s killed %.2f s into %s' % (
                victim, after_s, verb))
            results.append(result)
            try:
                instance_id = self._once(verb, name, instance_id, victim,
                                         after_s)
                result.end = leftovers.ended(self._stack, instance_id)[-1]
                result.doubles = self._doubles(instance_id)
            except tenant_module.Timeout as error:
                result.stuck = str(error)
                break
        left = leftovers.settle(self._stack, self._operator.cloud, before)
        results[-1].orphans = ['%s %s' % (kind, one) for kind, found
                               in left.items() for one in found]
        return results

    def _next(self, victims):
        """Each in turn, in an order of chance."""
        if not self._victims:
            self._victims = self._chance.sample(victims, len(victims))
        return self._victims.pop()

    def _once(self, verb, name, instance_id, victim, after_s):
        reaper = threading.Thread(target=self.kill,
                                  args=(victim, instance_id, after_s))
        reaper.start()
        try:
            if verb == 'create':
                instance_id = self._create(name)
            else:
                self._ask(verb, instance_id)
        finally:
            reaper.join()
        if verb == 'delete':
            self._until(lambda: self._show(instance_id) is None,
                        'Instance %s is not deleted' % instance_id)
        else:
            self._until(lambda: self._is_well(instance_id),
                        'Instance %s is not well' % instance_id)
        return instance_id

    # --- a tenant whose connections break

    def _create(self, name):
        """Ask until it is there: who lost the answer looks first."""
        def made():
            found = self._tenant.find(name)
            return (found or self._tenant.create(
                name, 'app', secrets.token_urlsafe(16))).id
        return self._until(made, 'nothing could be created')

    def _ask(self, verb, instance_id):
        def asked():
            found = self._show(instance_id)
            if found is None or not self._is_idle(verb, found,
                                                  instance_id):
                return True
            call = {'delete': lambda: self._tenant.trove.instances.delete(
                        instance_id),
                    'restart': lambda: self._tenant.trove.instances.restart(
                        instance_id),
                    'rebuild': lambda: (
                        self._operator.trove.mgmt_instances.rebuild(
                            instance_id, self._image(instance_id))),
                    'resize_volume': lambda: (
                        self._tenant.trove.instances.resize_volume(
                            instance_id, 2)),
                    'resize_flavor': lambda: (
                        self._tenant.trove.instances.resize_instance(
                            instance_id, self._larger()))}[verb]
            call()
            return True
        self._until(asked, '%s could not be asked for' % verb)

    def _is_idle(self, verb, found, instance_id):
        """Whether it has not been promised yet."""
        if verb in ('restart', 'rebuild'):
            return verb + '_instance' not in leftovers.verbs(
                self._stack, instance_id)
        if verb == 'resize_volume':
            return found.volume['size'] < 2 and found.status == 'ACTIVE'
        if verb == 'resize_flavor':
            return (str(found.flavor['id']) != self._larger()
                    and found.status == 'ACTIVE')
        return found.status != 'SHUTDOWN'

    def _is_well(self, instance_id):
        """What was promised is done or undone, and it runs, or says why it
        could not be made."""
        found = self._show(instance_id)
        if found is None:
            raise tenant_module.Timeout('It is gone.')
        ends = leftovers.ended(self._stack, instance_id)
        if 'unfinished' in ends:
            return False
        if found.status == 'ERROR' and getattr(found, 'fault', None):
            return ends[-1] == 'create_instance UNDONE'
        return (found.status == 'ACTIVE'
                and found.operating_status == 'HEALTHY')

    def _is_up(self, instance_id):
        return self._until(lambda: self._show(instance_id),
                           'the API is away').status == 'ACTIVE'

    def _larger(self):
        return self._tenant.flavor('db.medium')

    def _image(self, instance_id):
        """The image that its server has."""
        return next(one.image.id for one in
                    self._operator.cloud.compute.servers(all_projects=True)
                    if instance_id in str(one.to_dict()))

    def _show(self, instance_id):
        try:
            return self._tenant.trove.instances.get(instance_id)
        except exceptions.NotFound:
            return None

    def _until(self, check, sentence):
        def patiently():
            try:
                return check()
            except _AWAY:
                return None
        return tenant_module.until(patiently, _READY_S, sentence)

    # --- an operator

    def kill(self, victim, instance_id=None, after_s=0.0):
        """kill -9 after so many seconds, and see it run again."""
        threading.Event().wait(after_s)
        if victim == 'trove-guestagent':
            for pid in agents(self._stack):
                os.kill(pid, signal.SIGKILL)
            return      # its init starts it again
        daemon = (broker.daemon(self._stack) if victim == 'rabbitmq'
                  else services.daemon(self._stack, victim))
        os.killpg(daemon.pid(), signal.SIGKILL)
        tenant_module.until(lambda: not daemon.pid(), 10,
                            '%s lives on' % victim)
        if victim == 'rabbitmq':
            broker.start(self._stack)
        else:
            daemon.start()

    def _doubles(self, instance_id):
        """How many things of a kind it has beyond one."""
        cloud = self._operator.cloud
        return sum(max(0, sum(instance_id in str(one.to_dict())
                              for one in found) - 1)
                   for found in (
                       cloud.compute.servers(all_projects=True),
                       cloud.block_storage.volumes(all_projects=True),
                       cloud.network.security_groups()))


def agents(stack):
    """Process ids of the guest agents in the stack's machines."""
    return [int(path.name) for path in pathlib.Path('/proc').glob('[0-9]*')
            if b'trove-guestagent' in _command(path)
            and _in_machine(path, str(stack.cloud_dir).encode())]


def _in_machine(path, mark):
    """Whether an ancestor runs a machine below that directory."""
    while path.name not in ('0', '1'):
        words = _command(path)
        if b'systemd-nspawn' in words:
            return mark in words
        stat = daemons.files.read(path / 'stat') or ') S 0'
        path = path.with_name(stat.rpartition(') ')[2].split()[1])
    return False


def _command(path):
    try:
        return (path / 'cmdline').read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b''
