# SPDX-License-Identifier: Apache-2.0
"""The journal of flows: taskflow's persistence, in our own transactions.

Every write first holds the lease of the operation, in the same transaction:
an owner that was frozen past its lease can neither note a step as done nor
begin the next one. A write replaces a whole record, so that a write whose
outcome was lost may simply be repeated.
"""

import datetime
import json

import sqlalchemy as sa
from taskflow import exceptions
from taskflow import storage
from taskflow.persistence import base
from taskflow.persistence import models

from trove.db import notes
from trove.db import session
from trove.db import tables
from trove.db import types
from trove.db.repos import upsert

BOOK, FLOW, ATOM = 'book', 'flow', 'atom'


def backend(db, lease, give_way=lambda: None):
    """A persistence backend for the flow of one operation.

    ``lease`` is (operation id, fence); writes raise LeaseLost when it is
    another's. The journals of other operations are out of sight.
    What steps give must be plain JSON; tuples come back as lists.
    ``give_way()`` is called before each write, and may take a moment.
    """
    return Backend(db, lease, give_way)


def steps(db, operation_id):
    """The StepState of each step of an operation's flow, in its order.

    For operators; what taskflow notes for itself is left out.
    """
    journal = Connection(backend(db, (operation_id, None)))
    return [notes.step(record) for record in journal.records(ATOM)
            if not record['detail']['name'].startswith('_TaskFlow')]


class Backend(base.Backend):
    """One operation's journal."""

    def __init__(self, db, lease, give_way):
        super().__init__({})
        self.db = db
        self.lease = lease
        self.give_way = give_way
        #: What this owner last wrote of each atom, by its id.
        self.written = {}
        #: When each atom came into the states it has been in, by its id.
        self.times = {}

    def get_connection(self):
        """Something to read and write with; made anew at no cost."""
        return Connection(self)

    def close(self):
        """Nothing is held: the connections are the database's."""


# Building this statement costs more than running it: once is enough.
_REPLACE = sa.update(tables.Journal).where(
    tables.Journal.kind == sa.bindparam('its_kind'),
    tables.Journal.uuid == sa.bindparam('its_uuid'),
    tables.Journal.operation_id == sa.bindparam('operation')
).values(document=sa.bindparam('sealed'), updated=types.utcnow())


class Connection(base.Connection):
    """Reads and writes of one operation's journal."""

    def __init__(self, backend):
        self._backend = backend
        self._db = backend.db
        self._operation_id = backend.lease[0]

    @property
    def backend(self):
        """The backend it was made by."""
        return self._backend

    def close(self):
        """Nothing is held between two calls."""

    def upgrade(self):
        """Migrations make the table."""

    def validate(self):
        """Raise unless the database answers."""
        self._db.ping()

    # --- writes

    def update_atom_details(self, atom_detail):
        """Replace the record of an atom, if more than its progress changed.

        taskflow writes twice for each change of state, once for the state
        and once for a percentage that nobody reads.
        """
        known = notes.without_progress(notes.of(atom_detail))
        if self._backend.written.get(atom_detail.uuid) == known:
            return atom_detail
        self._note_time(atom_detail)
        if not self._replace(ATOM, atom_detail.uuid,
                             self._timed(atom_detail)):
            raise exceptions.NotFound(
                'No atom %s in the journal' % atom_detail.uuid)
        self._backend.written[atom_detail.uuid] = known
        return atom_detail

    def update_flow_details(self, flow_detail):
        """Replace the record of a flow; add atoms that it gained."""
        if not self._replace(FLOW, flow_detail.uuid, flow_detail.to_dict(),
                             tuple(flow_detail)):
            raise exceptions.NotFound(
                'No flow %s in the journal' % flow_detail.uuid)
        return flow_detail

    def save_logbook(self, book):
        """Store a book with all its flows and atoms."""
        self._store([
            self._record(BOOK, book.uuid, None, 0,
                         book.to_dict(marshal_time=True)),
            *(record for place, flow in enumerate(book)
              for record in self._records(flow, book.uuid, place))])
        return book

    def destroy_logbook(self, book_uuid):
        """Remove a book and all in it."""
        self.get_logbook(book_uuid, lazy=True)
        self.clear_all()

    def clear_all(self):
        """Remove this operation's journal."""
        self._write(lambda connection: connection.execute(
            sa.delete(tables.Journal).where(
                tables.Journal.operation_id == self._operation_id)))

    # --- reads

    def get_logbook(self, book_uuid, lazy=False):
        """A book, with its flows unless ``lazy``."""
        book = models.LogBook.from_dict(
            self._one(BOOK, book_uuid), unmarshal_time=True)
        if not lazy:
            for flow in self.get_flows_for_book(book_uuid):
                book.add(flow)
        return book

    def get_logbooks(self, lazy=False):
        """All books of this operation."""
        for document in self.records(BOOK):
            yield self.get_logbook(document['uuid'], lazy)

    def get_flows_for_book(self, book_uuid, lazy=False):
        """The flows of a book."""
        for document in self._children(FLOW, book_uuid):
            yield self._flow(document, lazy)

    def get_flow_details(self, fd_uuid, lazy=False):
        """One flow, with its atoms unless ``lazy``."""
        return self._flow(self._one(FLOW, fd_uuid), lazy)

    def get_atoms_for_flow(self, fd_uuid):
        """The atoms of a flow."""
        for document in self._children(ATOM, fd_uuid):
            atom = notes.load(document)
            self._backend.times.setdefault(
                atom.uuid, document.get('times', {}))
            # taskflow stores the holder of injected values before the
            # values, and cannot load the empty holder that a crash between
            # the two leaves; without it, it makes another.
            if (atom.name != storage.Storage.injector_name
                    or atom.results is not None):
                yield atom

    def get_atom_details(self, ad_uuid):
        """One atom."""
        return notes.load(self._one(ATOM, ad_uuid))

    def records(self, kind):
        """All records of a kind, as plain JSON."""
        return self._read(tables.Journal.kind == kind)

    # --- below the words of taskflow

    def _flow(self, document, lazy):
        flow = models.FlowDetail.from_dict(document)
        if not lazy:
            for atom in self.get_atoms_for_flow(flow.uuid):
                flow.add(atom)
        return flow

    def _records(self, flow, parent, place):
        yield self._record(FLOW, flow.uuid, parent, place, flow.to_dict())
        for position, atom in enumerate(flow):
            yield self._record(ATOM, atom.uuid, flow.uuid, position,
                               self._timed(atom))

    def _note_time(self, atom):
        times = self._backend.times.setdefault(atom.uuid, {})
        if atom.state in times:
            # It is tried again: what came of the last try is history.
            times.clear()
        times[atom.state] = datetime.datetime.now(
            datetime.UTC).replace(tzinfo=None).isoformat()

    def _timed(self, atom):
        return {**notes.of(atom),
                'times': self._backend.times.get(atom.uuid, {})}

    def _record(self, kind, uuid, parent, position, document):
        return {'kind': kind, 'uuid': uuid, 'parent': parent,
                'position': position, 'operation_id': self._operation_id,
                'document': self._seal(uuid, document)}

    def _replace(self, kind, uuid, document, atoms=()):
        """Replace one record; whether it was there."""
        sealed = self._seal(uuid, document)

        def write(connection):
            found = connection.execute(_REPLACE, {
                'its_kind': kind, 'its_uuid': uuid,
                'operation': self._operation_id, 'sealed': sealed}).rowcount
            if found and atoms:
                _upsert(connection, [
                    self._record(ATOM, atom.uuid, uuid, position,
                                 self._timed(atom))
                    for position, atom in enumerate(atoms)])
            return found
        return self._write(write)

    def _store(self, records):
        self._write(lambda connection: _upsert(connection, records))

    @session.retried
    def _write(self, change):
        self._backend.give_way()
        try:
            with self._db.connection(self._backend.lease) as connection:
                return change(connection)
        except session.CommitUnknown as error:
            # Replacing a record twice is harmless, so it may be repeated.
            raise session.DatabaseDown() from error

    def _one(self, kind, uuid):
        found = self._read(sa.and_(tables.Journal.kind == kind,
                                   tables.Journal.uuid == uuid))
        if not found:
            raise exceptions.NotFound('No %s %s in the journal'
                                      % (kind, uuid))
        return found[0]

    def _children(self, kind, parent):
        return self._read(sa.and_(tables.Journal.kind == kind,
                                  tables.Journal.parent == parent))

    @session.retried
    def _read(self, condition):
        row = tables.Journal
        query = sa.select(row.uuid, row.document).where(
            condition, row.operation_id == self._operation_id
        ).order_by(row.position, row.uuid)
        with self._db.reading() as connection:
            return [self._open(found) for found in connection.execute(query)]

    def _seal(self, uuid, document):
        return self._db.keyring.seal(notes.dump(document), _place(uuid))

    def _open(self, record):
        return json.loads(self._db.keyring.open(
            record.document, _place(record.uuid)))


def _upsert(connection, records):
    now = connection.execute(sa.select(types.utcnow())).scalar()
    upsert.upsert(connection, tables.Journal,
                  [{**record, 'updated': now} for record in records],
                  ('uuid', 'kind'), ('document', 'updated'))


def _place(uuid):
    return b'journal:' + uuid.encode()
