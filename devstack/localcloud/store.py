# SPDX-License-Identifier: Apache-2.0
"""The cloud's memory: documents in SQLite.

One process owns the file. Writers take turns (a lock in front of SQLite's
own), readers never wait. What is committed survives kill -9; a loss of
power may take the last moments with it, which a test cloud can bear.
"""
import contextlib
import json
import os
import sqlite3
import threading

SCHEMA = """
CREATE TABLE IF NOT EXISTS docs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    project_id TEXT,
    doc TEXT NOT NULL,
    UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS docs_project ON docs (kind, project_id);
CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY,
    expires_at TEXT NOT NULL,
    user_id TEXT NOT NULL,
    doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS containers (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account, name));
CREATE TABLE IF NOT EXISTS objects (
    account TEXT NOT NULL,
    container TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    delete_at INTEGER,
    doc TEXT NOT NULL,
    PRIMARY KEY (account, container, name));
"""


class Store:
    """Documents by kind and id; dicts in, dicts out."""

    def __init__(self, path):
        self._path = str(path)
        # hashes of passwords are in it, and SQLite's other files follow it
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        self._local = threading.local()
        self._turn = threading.RLock()
        self._open = []
        self._connection().executescript(SCHEMA)

    def _connection(self):
        connection = getattr(self._local, 'connection', None)
        if connection is None:
            # One for each thread; whoever stops the cloud closes them all.
            connection = sqlite3.connect(
                self._path, isolation_level=None, timeout=30,
                check_same_thread=False)
            self._open.append(connection)
            connection.execute('PRAGMA journal_mode=WAL')
            connection.execute('PRAGMA synchronous=NORMAL')
            self._local.connection = connection
            self._local.depth = 0
            self._local.after = []
        return connection

    def close(self):
        """Let go of the file; nobody asks any more."""
        while self._open:
            self._open.pop().close()

    @contextlib.contextmanager
    def transaction(self):
        """All or nothing; may be nested, the outermost one commits."""
        connection = self._connection()
        with self._turn:
            if self._local.depth:
                yield self
                return
            connection.execute('BEGIN IMMEDIATE')
            self._local.depth, self._local.after = 1, []
            try:
                yield self
                connection.execute('COMMIT')
            except BaseException:
                connection.execute('ROLLBACK')
                self._local.after = []
                raise
            finally:
                self._local.depth = 0
        after, self._local.after = self._local.after, []
        for call in after:
            call()

    def after_commit(self, call):
        """Call it once the present transaction is on disk."""
        self._connection()
        if self._local.depth:
            self._local.after.append(call)
        else:
            call()

    def execute(self, sql, *values):
        """One statement, for what is kept in tables of its own."""
        return self._connection().execute(sql, values)

    def find(self, kind, **equals):
        """Every document of a kind whose fields equal these, oldest first."""
        rows = self._select('doc', kind, equals, 'ORDER BY seq')
        return [json.loads(row[0]) for row in rows]

    def pick(self, kind, field, **equals):
        """One JSON field of every such document, without the rest."""
        rows = self._select(f"json_extract(doc, '$.{field}')", kind, equals)
        return [json.loads(row[0]) for row in rows if row[0] is not None]

    def count(self, kind, **equals):
        """How many such documents there are."""
        return self._select('count(*)', kind, equals).fetchone()[0]

    def _select(self, what, kind, equals, order=''):
        # names come from our own code, values are bound
        sql = [f'SELECT {what} FROM docs WHERE kind = ?']  # noqa: S608
        values = [kind]
        for field, value in equals.items():
            column = ('project_id' if field == 'project_id'
                      else f"json_extract(doc, '$.{field}')")
            sql.append(f'AND {column} IS ?')
            values.append(value)
        return self.execute(' '.join((*sql, order)), *values)

    def get(self, kind, doc_id):
        """The document, or None."""
        row = self.execute('SELECT doc FROM docs WHERE kind = ? AND id = ?',
                           kind, doc_id).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind, doc):
        """Write a document, new or whole; returns it."""
        with self.transaction():
            self.execute(
                'INSERT INTO docs (kind, id, project_id, doc) '
                'VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE '
                'SET project_id = excluded.project_id, doc = excluded.doc',
                kind, doc['id'], doc.get('project_id'),
                json.dumps(doc, separators=(',', ':')))
        return doc

    def update(self, kind, doc_id, **changes):
        """Change some fields; returns the document, None if it is gone."""
        with self.transaction():
            doc = self.get(kind, doc_id)
            if doc is None:
                return None
            doc.update(changes)
            return self.put(kind, doc)

    def delete(self, kind, doc_id):
        """Forget a document; true if there was one."""
        with self.transaction():
            return bool(self.execute(
                'DELETE FROM docs WHERE kind = ? AND id = ?',
                kind, doc_id).rowcount)
