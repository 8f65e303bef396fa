# SPDX-License-Identifier: Apache-2.0
"""An instance under test: what its tenant asks, and who uses it meanwhile."""

import contextlib
import secrets
import threading

from troveclient.apiclient import exceptions

from stack.inside import tenant as tenant_module

SOON_S = 180
BEAT_S = 10         # [DEFAULT] report_interval of a stack
DATABASE = 'shop'
USER = 'app'


class Server:
    """An instance with the database `shop` and its user `app`.

    Where the engine has no databases or users that the API makes, it is used
    without, by its superuser.
    """

    def __init__(self, tenant, engine, name, **more):
        self.tenant = tenant
        self.engine = engine
        self.witness = engine.witness()
        self.user, self.password = USER, secrets.token_urlsafe(16)
        self.database = DATABASE if engine.can('databases') else None
        self.id = tenant.create(name, USER, self.password, DATABASE, **{
            'datastore': engine.datastore,
            'datastore_version': engine.version, **self._less(), **more}).id
        self.written = 0        # rows that `write` has written

    def _less(self):
        """What an engine is not asked for that has no such thing."""
        return {word: None for word in ('databases', 'users')
                if not self.engine.can(word)}

    # --- what its tenant does

    @property
    def trove(self):
        """python-troveclient of its tenant."""
        return self.tenant.trove

    def show(self):
        """The instance as its tenant sees it."""
        return self.trove.instances.get(self.id)

    def ready(self, timeout_s=SOON_S):
        """Wait until what was asked has ended; the instance."""
        return self.tenant.wait(self.id, timeout_s)

    def well(self, timeout_s=SOON_S):
        """The same, and it ended well."""
        found = self.ready(timeout_s)
        assert found.status in ('ACTIVE', 'HEALTHY'), (
            found.status, getattr(found, 'fault', None))
        return found

    def becomes(self, operating, within_s=2 * BEAT_S):
        """Wait until the operating status is one of these; the instance."""
        wanted = (operating,) if isinstance(operating, str) else operating
        return tenant_module.until(
            lambda: self._if(wanted), within_s,
            f'{self.id} is not {wanted} but {self.show().to_dict()}')

    def _if(self, wanted):
        found = self.show()
        return found if found.operating_status in wanted else None

    def refuses(self, code, function, *words, **more):
        """A request is refused with this HTTP status; its sentence."""
        try:
            function(*words, **more)
        except exceptions.ClientException as error:
            assert error.http_status == code, (error.http_status, error)
            return str(error)
        raise AssertionError(f'{function} was not refused')

    def ready_with_table(self):
        """Wait until it is ready and make a table; the server itself."""
        self.well()
        if self.by_root:
            self.user, self.password = self.trove.root.create(self.id)
        with self.session() as session:
            session.make_table()
        return self

    # --- who uses it

    @property
    def by_root(self):
        """Whether it is the superuser who uses it."""
        return not self.engine.can('users') and self.engine.can('root')

    @property
    def host(self):
        """The address that clients connect to."""
        return tenant_module.address(self.show())

    def session(self, user=None, password=None, database=DATABASE,
                host=None, **tls):
        """A connection for a moment."""
        return self.witness.connected(
            host or self.host, user or self.user, password or self.password,
            database if self.database else None, **tls)

    def lets_in(self, user=None, password=None, database=DATABASE,
                host=None, **tls):
        """Whether the engine lets this user, or its own, in."""
        try:
            with self.session(user, password, database, host,
                              **tls) as session:
                session.greet()
        except self.witness.refused:
            return False
        return True

    def write(self, count=1):
        """Write rows; all are committed."""
        with self.session() as session:
            for _ in range(count):
                self.written += 1
                session.write(self.written)

    def rows(self):
        """How many rows there are."""
        with self.session() as session:
            return session.count()

    def setting(self, name):
        """What a parameter is in the running engine."""
        with self.session() as session:
            return self.witness.setting(session, name)

    @contextlib.contextmanager
    def written_to(self):
        """Rows are written all the while; gives a Load."""
        load = Load(self, start=1_000_000_000 + secrets.randbelow(10 ** 12))
        try:
            load.start()
            yield load
        finally:
            load.end()


class Load:
    """One client that writes row after row and reconnects when it must."""

    def __init__(self, server, start):
        self._server = server
        self._host = server.host
        self._next = start
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.acknowledged = set()
        self.errors = []

    def start(self):
        """Begin, and come back when the first row is in."""
        self._thread.start()
        self.goes_on()

    def end(self):
        """Write no more."""
        self._over.set()
        self._thread.join()

    def goes_on(self, rows=10, within_s=60):
        """Wait until some more rows have been written."""
        enough = len(self.acknowledged) + rows

        def written():
            assert self._thread.is_alive(), 'the writer has died'
            return len(self.acknowledged) >= enough
        try:
            tenant_module.until(written, within_s, 'no rows are written',
                                poll_s=0.05)
        except tenant_module.Timeout as error:
            raise AssertionError(
                f'no rows are written: {self.errors[-3:]}, '
                f'{self._server.show().to_dict()}') from error

    def lost(self):
        """Rows that were acknowledged and are not there."""
        with self._server.session() as session:
            return self.acknowledged - session.numbers()

    def _run(self):
        while not self._over.is_set():
            try:
                with self._server.session(host=self._host) as session:
                    self._write(session)
            except self._server.witness.refused as error:
                self.errors.append(error)
                self._over.wait(0.05)

    def _write(self, session):
        while not self._over.is_set():
            self._next += 1
            session.write(self._next)
            self.acknowledged.add(self._next)


def delete_all(tenant, made):
    """Delete each that is still there, and wait until it is gone."""
    there = {one.id for one in tenant.trove.instances.list()}
    left = [one.id for one in made if one.id in there]
    for instance_id in left:
        tenant.trove.instances.delete(instance_id)
    for instance_id in left:
        tenant.wait_gone(instance_id)
