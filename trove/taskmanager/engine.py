# SPDX-License-Identifier: Apache-2.0
"""Runs the flow of one operation, journals it, undoes it, resumes it.

The steps are run by taskflow, one after the other; its journal is kept in
our database, each write under the lease. Between two steps there is no state
but the journal's, so another process may go on from there.
"""

import contextlib
import logging

from taskflow import engines
from taskflow import exceptions as flow_errors
from taskflow import states
from taskflow import task
from taskflow.patterns import linear_flow
from taskflow.persistence import models

from trove.common import exception
from trove.db import journal
from trove.objects.operation import State
from trove.taskmanager import ending
from trove.taskmanager import flows
from trove.taskmanager import lease as leases
from trove.taskmanager import looks
from trove.taskmanager import tools as toolbox

LOG = logging.getLogger(__name__)

_FIRST_PAUSE_S, _MOST_PAUSE_S = 0.2, 5.0

#: What the journal keeps of a step that could not be undone.
_NOT_UNDONE = 'not undone'


class StepFailed(Exception):
    """What the journal keeps of a failure: one sentence."""


class Engine:
    """Runs operations with what the process has."""

    def __init__(self, rooms, stopping):
        self._rooms = rooms
        self._looks = looks.Looks(rooms.db, rooms.conf)
        self._stopping = stopping

    def run(self, operation, lease):
        """Work on an operation until it ends or is left to somebody else.

        Raises nothing: whatever happens is written down, or, when that is
        not possible, left to the next owner.
        """
        watch = leases.Watch(lease, self._looks.cancelled, self._stopping)
        tools = toolbox.held(self._rooms, self._looks, watch)
        end = ending.Ending(operation, tools)
        LOG.info('operation %s (%s of instance %s): attempt %d',
                 operation.id, operation.verb, operation.instance_id,
                 operation.attempts)
        try:
            with _leaving():
                self._run(operation, tools, end)
        except leases.LeftByLoss as left:
            LOG.warning('operation %s is not ours any more: %s',
                        operation.id, left)
        except leases.LeftByStop:
            end.release()
        except leases.LeftForLater as left:
            end.later(left.step, left.error)
        except Exception as error:  # the edge of the flow engine
            LOG.exception('operation %s', operation.id)
            end.interrupted(operation.step or operation.verb, error)

    def _run(self, operation, tools, end):
        flow = flows.build(operation.verb, tools)
        backend = journal.backend(self._rooms.db, tools.watch.lease.key,
                                  tools.watch.lease.give_way)
        book, detail = _open(backend, operation)
        worker = _Worker(operation, flow, tools, end, detail)
        if detail.state not in (states.SUCCESS, states.REVERTED):
            _drive(worker, book, detail, backend)
        elif detail.state == states.REVERTED:
            worker.undo_what_is_left()
        if detail.state == states.SUCCESS:
            end.done()
        elif detail.state == states.REVERTED:
            end.undone(worker.not_undone)
        else:
            raise exception.InternalError(
                'The flow stopped in state %s.' % detail.state)


def _open(backend, operation):
    """The operation's journal, begun when there is none."""
    with contextlib.closing(backend.get_connection()) as connection:
        try:
            book = connection.get_logbook(operation.id)
        except flow_errors.NotFound:
            book = models.LogBook(operation.verb, uuid=operation.id)
            book.add(models.FlowDetail(operation.verb, uuid=operation.id))
            connection.save_logbook(book)
    return book, book.find(operation.id)


def _drive(worker, book, detail, backend):
    steps = linear_flow.Flow(detail.name)
    given = set()
    for step in worker.flow.steps:
        steps.add(_Atom(step, given, worker))
        given.update(step.gives)
    engine = engines.load(steps, flow_detail=detail, book=book,
                          backend=backend, engine='serial')
    try:
        engine.run()
    except (StepFailed, flow_errors.WrappedFailure):
        # Told already; the state of the flow says what became of it.
        if detail.state != states.REVERTED:
            raise


class _Atom(task.Task):
    """A step, as taskflow wants it."""

    def __init__(self, step, given, worker):
        needs = given & {*step.needs, *step.undo_needs}
        super().__init__(name=step.name, provides=set(step.gives) or None,
                         requires=needs, auto_extract=False)
        self._step = step
        self._worker = worker

    def execute(self, **given):
        return self._worker.execute(self._step, given)

    def revert(self, result, flow_failures, **given):
        own = result if isinstance(result, dict) else {}
        return self._worker.revert(self._step, {**given, **own})


class _Worker:
    """Runs single steps of one operation, with patience and a watch."""

    def __init__(self, operation, flow, tools, end, detail):
        self.flow = flow
        #: Names of steps that could not be undone.
        self.not_undone = []
        self._given_back = {}
        for atom in detail:     # what was undone before a crash
            self._note_undone(atom.name, atom.revert_results or {})
        self._operation = operation
        self._tools = tools
        self._watch = tools.watch
        self._end = end
        self._failed = (operation.step
                        if operation.state is State.REVERTING else None)
        self._facts = {
            **{name: operation.arguments.get(name) for name in flow.takes},
            'operation_id': operation.id,
            'instance_id': operation.instance_id,
            'project_id': operation.project_id}

    def execute(self, step, given):
        """Do a step; a failure of it is told before it is thrown."""
        if self._failed:
            # It failed before a crash, and the journal had no time to hear
            # of it. What is being undone must not be done again.
            raise StepFailed(self._failed)
        try:
            with _leaving():
                self._watch.check()
                if step.lasts:
                    self._end.begin(step)
                begun = leases.clock()
                gives = self._patiently(
                    step, step.execute, step.needs, given,
                    self._tools.conf.taskmanager.cloud_patience_s)
                LOG.info('instance %s: %s took %.3f s',
                         self._operation.instance_id, step.name,
                         leases.clock() - begun)
                return gives
        except Exception as error:  # the edge of the flow engine
            if self.flow.forward_only:
                raise leases.LeftForLater(step.name, error) from error
            if not isinstance(error, exception.TroveError):
                LOG.exception('operation %s, step %s', self._operation.id,
                              step.name)
            with _leaving():
                self._end.failed(step, error)
            self._failed = step.name
            raise StepFailed('%s: %s' % (step.name, error)) from None

    def revert(self, step, given):
        """Undo a step; what cannot be undone stays on record.

        Gives what the journal is to keep of it.
        """
        self._watch.undoing = True
        try:
            with _leaving():
                self._watch.check()
                gives = self._patiently(
                    step, step.revert, step.undo_needs,
                    {'error_task': self._error_task(), **given,
                     **self._given_back},
                    self._tools.conf.taskmanager.undo_patience_s)
                LOG.info('instance %s: %s is undone',
                         self._operation.instance_id, step.name)
        except Exception as error:  # the edge of the flow engine
            LOG.error('operation %s: %s could not be undone: %s',
                      self._operation.id, step.name, error,
                      exc_info=not isinstance(error, exception.TroveError))
            with _leaving():
                self._end.stuck(step, error)
            gives = {_NOT_UNDONE: True}
        self._note_undone(step.name, gives or {})
        return gives

    def _note_undone(self, name, gives):
        if _NOT_UNDONE in gives:
            self.not_undone.append(name)
        else:
            self._given_back.update(gives)

    def undo_what_is_left(self):
        """Undo each step once more, if the last time left something.

        Whoever asks for that has probably mended what hindered it.
        """
        again, self.not_undone = self.not_undone, []
        with self._tools.db.reader() as tx:
            left = any(
                found.operation_id == self._operation.id for found
                in tx.resources.of(self._operation.instance_id))
        for step in reversed(self.flow.steps) if left or again else ():
            self.revert(step, {})

    def _patiently(self, step, function, names, given, patience_s):
        facts = {**self._facts, **given}
        pause_s, tired_at = _FIRST_PAUSE_S, None
        while True:
            try:
                return function(**{name: facts.get(name) for name in names})
            except toolbox.PASSING as error:
                now = leases.clock()
                tired_at = tired_at or now + patience_s
                if now + pause_s > tired_at:
                    raise
                LOG.info('operation %s, step %s is tried again: %s',
                         self._operation.id, step.name, error)
            self._watch.pause(pause_s)
            pause_s = min(2 * pause_s, _MOST_PAUSE_S)

    def _error_task(self):
        for step in self.flow.steps:
            if step.name == self._failed:
                return step.error_task
        return self.flow.steps[0].error_task


@contextlib.contextmanager
def _leaving():
    """A lease that the database says is lost ends the work like one whose
    time is over: no step and no undoing may take it for a failure."""
    try:
        yield
    except exception.LeaseLost as error:
        raise leases.LeftByLoss(str(error)) from error
