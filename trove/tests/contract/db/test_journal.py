# SPDX-License-Identifier: Apache-2.0
"""The journal: killed at any write, a flow goes on where it stopped."""

import contextlib
import datetime

import pytest
import sqlalchemy as sa
from taskflow import engines
from taskflow import states
from taskflow import task
from taskflow.patterns import graph_flow
from taskflow.patterns import linear_flow
from taskflow.persistence import models

from trove.common import exception
from trove.db import journal
from trove.db import session
from trove.db import tables
from trove.objects.operation import State
from trove.tests.fixtures import database


class Killed(BaseException):
    """The process ended here."""


class Step(task.Task):
    """Notes that it ran; fails when told to."""

    def __init__(self, name, done, fails=False, **kwargs):
        super().__init__(name, provides=name + '_out', **kwargs)
        self._done = done
        self._fails = fails

    def execute(self, order):
        self._done.append(self.name)
        if self._fails:
            raise ValueError('s3cr3t!', object())
        return {'order': order, 'of': self.name}

    def revert(self, order, **rest):
        self._done.append('-' + self.name)


class Keeper:
    """What a taskmanager does with one operation, in small."""

    def __init__(self, db, operation_id, fence, fails=None, wide=False):
        self.done = []
        self.backend = journal.backend(db, (operation_id, fence))
        steps = [Step(name, self.done, name == fails) for name in 'abc']
        flow = (graph_flow.Flow('f') if wide else linear_flow.Flow('f'))
        flow.add(*steps)
        with contextlib.closing(self.backend.get_connection()) as found:
            book, detail = self._book(found, operation_id)
        self.engine = engines.load(
            flow, book=book, flow_detail=detail, backend=self.backend,
            engine='parallel' if wide else 'serial', executor='threaded',
            store={'order': {'gb': 1}})

    def _book(self, found, operation_id):
        with contextlib.suppress(journal.exceptions.NotFound):
            book = found.get_logbook(operation_id)
            return book, book.find(operation_id)
        book = models.LogBook('create', operation_id)
        detail = models.FlowDetail('create', operation_id)
        book.add(detail)
        found.save_logbook(book)
        return book, detail

    def run(self):
        self.engine.run()
        return self.engine.storage.get_flow_state()


@pytest.fixture
def operation(db):
    made = database.an_operation(db)
    return taken(db, made.id)


def taken(db, operation_id, lease_s=-1):
    with db.writer() as tx:
        return next(iter(tx.operations.take(
            'owner', lease_s, 1, among=[operation_id])), None)


@contextlib.contextmanager
def killed_at_write(db, number):
    """The process ends when it wants to commit its n-th write."""
    writes = []

    def count(connection):
        writes.append(connection)
        if len(writes) == number:
            connection.connection.dbapi_connection.rollback()
            raise Killed
    sa.event.listen(db.engine, 'commit', count)
    try:
        yield writes
    finally:
        sa.event.remove(db.engine, 'commit', count)


def writes_of_a_run(db, fails):
    made = taken(db, database.an_operation(db).id)
    with killed_at_write(db, None) as writes:
        with contextlib.suppress(ValueError):
            Keeper(db, made.id, made.fence, fails).run()
    return len(writes)


@pytest.mark.parametrize('fails, end', (
    (None, states.SUCCESS), ('c', states.REVERTED)))
def test_killed_at_any_write_a_flow_goes_on_to_its_end(db, fails, end):
    total = writes_of_a_run(db, fails)
    assert total > 6
    for number in range(1, total + 1):
        made = taken(db, database.an_operation(db).id)
        with killed_at_write(db, number), pytest.raises(Killed):
            Keeper(db, made.id, made.fence, fails).run()
        again = taken(db, made.id)
        keeper = Keeper(db, made.id, again.fence, fails)
        with contextlib.suppress(
                ValueError, journal.exceptions.WrappedFailure):
            keeper.run()
        assert keeper.engine.storage.get_flow_state() == end, number
        assert [one.state for one in journal.steps(db, made.id)] == [
            states.REVERTED if fails else states.SUCCESS] * 3, number


def test_what_is_done_is_not_done_again(db, operation):
    first = Keeper(db, operation.id, 1)
    for state in first.engine.run_iter():
        if first.done == ['a', 'b'] and state == states.WAITING:
            break
    second = Keeper(db, operation.id, 1)
    assert second.run() == states.SUCCESS
    assert 'a' not in second.done and second.done[-1] == 'c'
    assert second.engine.storage.fetch('a_out') == {
        'order': {'gb': 1}, 'of': 'a'}


def test_an_owner_that_was_overtaken_writes_nothing(db, operation):
    first = Keeper(db, operation.id, 1)
    running = first.engine.run_iter()
    next(running)
    taken(db, operation.id)
    with pytest.raises(exception.LeaseLost):
        list(running)
    assert 'c' not in first.done
    assert Keeper(db, operation.id, 2).run() == states.SUCCESS


def test_nothing_is_noted_of_an_operation_that_has_ended(db, operation):
    with db.writer() as tx:
        tx.operations.finish(operation.id, 1, State.DONE)
    with pytest.raises(exception.LeaseLost):
        Keeper(db, operation.id, 1)


def test_steps_at_the_same_time_share_a_journal(db, operation):
    assert Keeper(db, operation.id, 1, wide=True).run() == states.SUCCESS
    assert {(one.name, one.state) for one in
            journal.steps(db, operation.id)} == {
                (name, states.SUCCESS) for name in 'abc'}


def test_a_reverted_flow_remembers_why(db, operation):
    with pytest.raises(ValueError):
        Keeper(db, operation.id, 1, fails='b').run()
    keeper = Keeper(db, operation.id, 1, fails='b')
    failure = keeper.engine.storage.get_failures()['b']
    assert 's3cr3t' in failure.exception_str
    first = journal.steps(db, operation.id)[0]
    assert (first.name, first.state, first.intention) == (
        'a', states.REVERTED, 'REVERT')


def test_the_journal_tells_when_each_step_was_worked_on(db, operation):
    before = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    with pytest.raises(ValueError):
        Keeper(db, operation.id, 1, fails='b').run()
    done, failed, waiting = journal.steps(db, operation.id)
    assert before <= done.began <= done.ended
    assert failed.state == states.REVERTED and failed.ended >= failed.began
    assert (waiting.began, waiting.ended) == (None, None)


def test_times_outlive_their_owner(db, operation):
    first = Keeper(db, operation.id, 1)
    for state in first.engine.run_iter():
        if first.done == ['a', 'b'] and state == states.WAITING:
            break
    began = journal.steps(db, operation.id)[0].began
    assert Keeper(db, operation.id, 1).run() == states.SUCCESS
    found = journal.steps(db, operation.id)
    assert found[0].began == began
    assert all(one.ended >= one.began for one in found)


def test_a_journal_cannot_be_read_in_the_database(db, operation):
    with contextlib.suppress(ValueError):
        Keeper(db, operation.id, 1, fails='b').run()
    with db.reading() as connection:
        stored = ' '.join(connection.execute(
            sa.select(tables.Journal.document)).scalars())
    assert stored and 's3cr3t!' not in stored and '"gb"' not in stored


def test_a_step_must_give_what_can_be_stored(db, operation):
    keeper = Keeper(db, operation.id, 1)
    with pytest.raises(TypeError, match='plain JSON'):
        keeper.engine.storage.inject({'bad': object()})


def test_a_lost_commit_is_written_again(db, operation):
    lost = []

    def lose(connection):
        if not lost:
            lost.append(True)
            connection.connection.dbapi_connection.rollback()
            raise session.CommitUnknown()
    sa.event.listen(db.engine, 'commit', lose)
    try:
        assert Keeper(db, operation.id, 1).run() == states.SUCCESS
    finally:
        sa.event.remove(db.engine, 'commit', lose)
    assert lost


def test_a_journal_is_removed_as_a_whole(db, operation):
    Keeper(db, operation.id, 1).run()
    with contextlib.closing(
            journal.backend(db, (operation.id, 1)).get_connection()) as own:
        assert len(list(own.get_logbooks())) == 1
        assert own.get_flow_details(operation.id).state == states.SUCCESS
        atom = next(iter(own.get_atoms_for_flow(operation.id)))
        assert own.get_atom_details(atom.uuid).name == atom.name
        own.destroy_logbook(operation.id)
        for read in (own.get_logbook, own.get_flow_details,
                     own.get_atom_details, own.destroy_logbook):
            with pytest.raises(journal.exceptions.NotFound):
                read(operation.id)
        with pytest.raises(journal.exceptions.NotFound):
            own.update_atom_details(atom)
