# SPDX-License-Identifier: Apache-2.0
"""Where objects are: rows in SQLite, data in files."""
import hashlib
import json
import os
import time
import uuid

from localcloud import clock
from localcloud import errors

CHUNK = 1 << 20
LAST = '\U0010ffff'     # sorts after every name


class Shelf:
    """The objects of every account."""

    def __init__(self, store, root):
        self._store = store
        self._root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def container(self, account, name):
        """The document of a container, or None."""
        row = self._store.execute(
            'SELECT doc FROM containers WHERE account = ? AND name = ?',
            account, name).fetchone()
        return json.loads(row[0]) if row else None

    def containers(self, account, prefix='', marker='', end='',
                   limit=10000):
        """Names, counts, sizes, times of the containers of an account."""
        rows = self._store.execute(
            'SELECT c.name, count(o.name), coalesce(sum(o.size), 0), c.doc '
            'FROM containers c LEFT JOIN objects o '
            'ON o.account = c.account AND o.container = c.name '
            'WHERE c.account = ? AND c.name >= ? AND c.name < ? '
            'AND c.name > ? AND c.name < ? '
            'GROUP BY c.name ORDER BY c.name LIMIT ?', account, prefix,
            prefix + LAST, marker, end or LAST, limit)
        return [(name, count, size, json.loads(doc)['created_at'])
                for name, count, size, doc in rows]

    def save_container(self, account, name, doc):
        """Write a container's document."""
        with self._store.transaction():
            self._store.execute(
                'INSERT OR REPLACE INTO containers VALUES (?, ?, ?)',
                account, name, json.dumps(doc))

    def usage(self, account, container=None):
        """How many objects there are, and their bytes."""
        sql = ('SELECT count(*), coalesce(sum(size), 0) FROM objects '
               'WHERE account = ?')
        values = [account]
        if container is not None:
            sql += ' AND container = ?'
            values.append(container)
        return self._store.execute(sql, *values).fetchone()

    def delete_container(self, account, name):
        """Forget an empty container; a 409 for any other."""
        with self._store.transaction():
            if self.usage(account, name)[0]:
                raise errors.Conflict(
                    'There was a conflict when trying to complete your '
                    'request: the container is not empty.')
            self._store.execute(
                'DELETE FROM containers WHERE account = ? AND name = ?',
                account, name)

    def names(self, account, container, prefix, marker, end, limit):
        """Rows of a container after the marker, in order."""
        rows = self._store.execute(
            'SELECT name, size, doc FROM objects WHERE account = ? '
            'AND container = ? AND name >= ? AND name < ? AND name > ? '
            'AND name < ? AND coalesce(delete_at, ?) > ? '
            'ORDER BY name LIMIT ?', account, container, prefix,
            prefix + LAST, marker, end or LAST, 1 << 60, int(time.time()),
            limit)
        return [(name, size, json.loads(doc)) for name, size, doc in rows]

    def find(self, account, container, name):
        """An object's document with its size, or None."""
        row = self._store.execute(
            'SELECT size, delete_at, doc FROM objects WHERE account = ? '
            'AND container = ? AND name = ?',
            account, container, name).fetchone()
        if row is None or (row[1] is not None and row[1] <= time.time()):
            return None
        return dict(json.loads(row[2]), size=row[0], delete_at=row[1])

    def receive(self, stream):
        """Data into a new file: its name, size and MD5."""
        name = uuid.uuid4().hex
        path = self._path(name)
        path.parent.mkdir(exist_ok=True)
        md5, size = hashlib.md5(usedforsecurity=False), 0
        try:
            with open(path, 'wb') as target:
                while chunk := stream.read(CHUNK):
                    target.write(chunk)
                    md5.update(chunk)
                    size += len(chunk)
        except BaseException:
            path.unlink()
            raise
        return name, size, md5.hexdigest()

    def save(self, account, container, name, doc, size, delete_at=None):
        """Put an object in its place; the data it replaces is removed."""
        old = self._doc(account, container, name)
        with self._store.transaction():
            self._store.execute(
                'INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)',
                account, container, name, size, delete_at, json.dumps(doc))
        if old and old.get('data') and old['data'] != doc.get('data'):
            self.discard(old['data'])

    def delete(self, account, container, name):
        """Forget an object and its data; true if there was one."""
        old = self._doc(account, container, name)
        if old is None:
            return False
        with self._store.transaction():
            self._store.execute(
                'DELETE FROM objects WHERE account = ? AND container = ? '
                'AND name = ?', account, container, name)
        if old.get('data'):
            self.discard(old['data'])
        return True

    def expire(self):
        """Remove what has outlived its X-Delete-At."""
        rows = self._store.execute(
            'SELECT account, container, name FROM objects '
            'WHERE delete_at <= ?', int(time.time())).fetchall()
        for row in rows:
            self.delete(*row)

    def read(self, data, start, length):
        """The bytes of a file from a place on; opened at once."""
        handle = os.open(self._path(data), os.O_RDONLY)
        return self._bytes(handle, start, length)

    def discard(self, data):
        """Remove a file."""
        self._path(data).unlink(missing_ok=True)

    def _bytes(self, handle, start, length):
        with os.fdopen(handle, 'rb') as stream:
            stream.seek(start)
            while length > 0 and (
                    chunk := stream.read(min(CHUNK, length))):
                length -= len(chunk)
                yield chunk

    def _doc(self, account, container, name):
        row = self._store.execute(
            'SELECT doc FROM objects WHERE account = ? AND container = ? '
            'AND name = ?', account, container, name).fetchone()
        return json.loads(row[0]) if row else None

    def _path(self, name):
        return self._root / name[:2] / name


def new_container():
    """A container's first document."""
    return {'created_at': clock.now(), 'meta': {}, 'read_acl': '',
            'write_acl': ''}
