# SPDX-License-Identifier: Apache-2.0
"""What is written down about an operation as it goes, and as it ends."""

import contextlib
import datetime
import logging
import threading

from trove.common import exception
from trove.objects.operation import State
from trove.operations import events
from trove.rpc import notifications
from trove.taskmanager import flows
from trove.taskmanager import lease as leases

LOG = logging.getLogger(__name__)

_LONGEST_REST_S = 3600
_MOST_DOUBLINGS = 20
_PAUSE_S = 0.5


class Ending:
    """The words of one operation: to its tenant, and in its own row.

    Each is written in one transaction, again and again while the database
    is away, for as long as the operation is ours.
    """

    def __init__(self, operation, tools):
        self._operation = operation
        self._lease = tools.watch.lease
        self._tools = tools

    def begin(self, step):
        """A step begins that may last."""
        self._write(lambda tx: tx.operations.progress(
            *self._lease.key, step=step.name))

    def failed(self, step, error):
        """A step failed: from here on the operation is undone.

        A cancelled one has no fault: somebody wanted it so.
        """
        def change(tx):
            tx.operations.progress(*self._lease.key, state=State.REVERTING,
                                   step=step.name,
                                   error=self._sentence(step.name, error),
                                   error_code=_code(error))
            if not (self._quiet() or isinstance(error, exception.Cancelled)):
                self._fault(tx, step.name, error)

        self._write(change)
        LOG.warning('%s failed at %s: %s', self._who(), step.name, error)

    def stuck(self, step, error):
        """A step could not be undone; what it left is in the records."""
        def change(tx):
            fault = tx.instances.get(self._operation.instance_id).fault
            sentence = self._sentence(step.name, error)
            tx.faults.put(
                self._operation.instance_id,
                fault.message if fault else sentence,
                '%s\nNot undone: %s' % (fault.details if fault else '',
                                        sentence))

        self._write(change)

    def done(self):
        """The promise is kept."""
        def change(tx):
            tx.operations.finish(*self._lease.key, State.DONE)
            self._tell(tx)

        self._write(change)
        LOG.info('%s is done', self._who())

    def undone(self, steps=()):
        """All is as it was but for the named steps, or for what the
        records say was not given back."""
        def change(tx):
            code = tx.operations.get(self._operation.id).error_code
            if self._quiet():
                words = tx.operations.get(self._operation.id).error
                tx.operations.finish(*self._lease.key, State.FAILED,
                                     error_code=code, error=words)
                self._tell(tx, words, code)
                return words
            left = [found for found
                    in tx.resources.of(self._operation.instance_id)
                    if found.operation_id == self._operation.id]
            fault = tx.instances.get(self._operation.instance_id).fault
            cancelled = tx.operations.cancelled(self._operation.id)
            words = (fault.message if fault
                     else 'cancelled' if cancelled else 'failed')
            if left:
                words += '; not given back: ' + ', '.join(
                    '%s %s' % (found.kind, found.external_id)
                    for found in left)
            if steps:
                words += '; not undone: ' + ', '.join(steps)
            code = 'cancelled' if cancelled else code
            tx.operations.finish(
                *self._lease.key,
                State.FAILED if left or steps else State.UNDONE,
                error_code=code, error=words)
            self._tell(tx, words, code)
            return words

        LOG.info('%s is undone: %s', self._who(), self._write(change))

    def release(self):
        """This process stops; whoever comes first goes on."""
        with _unless_lost():
            self._write(lambda tx: tx.operations.release(*self._lease.key))
            LOG.info('%s is left to another taskmanager', self._who())

    def interrupted(self, step_name, error):
        """Something came between two steps. A database that is away is no
        reason to give up, however often that was so."""
        if isinstance(error, exception.Unavailable):
            with _unless_lost():
                self._rest(step_name, error, 1)
        else:
            self.later(step_name, error)

    def later(self, step_name, error):
        """It is tried again after a rest, or fails for good.

        After many tries; or at once, when somebody wants it undone that
        can only go forward.
        """
        with _unless_lost():
            if (isinstance(error, exception.Cancelled)
                    or self._operation.attempts
                    >= self._tools.conf.taskmanager.operation_attempts):
                self._give_up(step_name, error)
            else:
                self._rest(step_name, error, self._operation.attempts)

    def _rest(self, step_name, error, tries):
        rest_s = min(self._tools.conf.taskmanager.operation_retry_s
                     * 2 ** min(tries - 1, _MOST_DOUBLINGS), _LONGEST_REST_S)
        self._write(lambda tx: tx.operations.release(
            *self._lease.key, not_before=tx.now()
            + datetime.timedelta(seconds=rest_s)))
        LOG.warning('%s rests for %d s after %s', self._who(), rest_s,
                    self._sentence(step_name, error))

    def _give_up(self, step_name, error):
        sentence = self._sentence(step_name, error)

        def change(tx):
            self._fault(tx, step_name, error)
            tx.instances.set_task(self._operation.instance_id,
                                  self._error_task(step_name),
                                  '%s failed.' % self._operation.verb)
            tx.operations.finish(
                *self._lease.key, State.FAILED, error=sentence,
                error_code=_code(error))
            self._tell(tx, sentence, _code(error))

        self._write(change)
        LOG.error('%s failed for good: %s', self._who(), sentence)

    def _tell(self, tx, error=None, code=None):
        """Let it be told, in the transaction in which it ends."""
        conf = self._tools.conf
        if notifications.enabled(conf) and self._operation.instance_id:
            tx.notifications.add(events.at_end(
                conf, self._operation, tx.instances.get(
                    self._operation.instance_id, deleted=None),
                error, code))

    def _write(self, change):
        pause = threading.Event()
        while True:
            try:
                with self._tools.db.writer() as tx:
                    return change(tx)
            except exception.Unavailable as error:
                LOG.warning('%s: its state could not be written: %s',
                            self._who(), error)
            pause.wait(_PAUSE_S)

    def _quiet(self):
        return flows.build(self._operation.verb, self._tools).quiet

    def _who(self):
        return 'operation %s (%s of instance %s)' % (
            self._operation.id, self._operation.verb,
            self._operation.instance_id)

    def _fault(self, tx, step_name, error):
        tx.faults.put(self._operation.instance_id,
                      self._sentence(step_name, error),
                      'Operation %s (%s), request %s.' % (
                          self._operation.id, self._operation.verb,
                          self._operation.context.get('request_id')))

    def _sentence(self, step_name, error):
        """What the tenant reads. Of a defect of ours only its kind."""
        words = (str(error) if isinstance(error, exception.TroveError)
                 else 'an internal error (%s)' % type(error).__name__)
        return '%s: %s' % (step_name, words)

    def _error_task(self, step_name):
        steps = flows.build(self._operation.verb, self._tools).steps
        for step in steps:
            if step.name == step_name:
                return step.error_task
        return steps[0].error_task


def _code(error):
    """The kind of a failure; of a guest's, what the guest called it."""
    if not isinstance(error, exception.TroveError):
        return 'internal_error'
    return error.facts.get('guest_code') or error.code


@contextlib.contextmanager
def _unless_lost():
    """Nothing is written, and nothing need be, when another owner has it."""
    try:
        yield
    except (exception.LeaseLost, leases.LeftByLoss) as error:
        LOG.warning('not written down, the next owner will go on: %s', error)
