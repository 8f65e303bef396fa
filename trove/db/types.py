# SPDX-License-Identifier: Apache-2.0
"""Column types and expressions that mean the same on all three databases."""

import json

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.ext import compiler
from sqlalchemy.sql import functions

#: Ids are UUIDs in text form.
ID = sa.String(36)

#: UTC without zone, with microseconds everywhere.
TIME = sa.DateTime().with_variant(
    mysql.DATETIME(fsp=6), 'mysql', 'mariadb')

#: Text of any length; MySQL's TEXT would stop at 64 KiB.
LONG_TEXT = sa.Text().with_variant(
    mysql.MEDIUMTEXT(), 'mysql', 'mariadb')

#: An integer key that the database hands out.
SERIAL = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


#: json.loads() looks at its arguments longer than at a short text.
_read = json.JSONDecoder().raw_decode


class Json(sa.types.TypeDecorator):
    """Plain JSON in a text column, so that all databases store the same."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect):
        """The long text of the database at hand."""
        return (mysql.MEDIUMTEXT() if dialect.name in ('mysql', 'mariadb')
                else sa.Text())

    def process_bind_param(self, value, dialect):
        """Value to text."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value, dialect):
        """Text to value."""
        return None if value is None else _read(value)[0]


class utcnow(functions.FunctionElement):
    """The database's clock, UTC, shifted by ``seconds``.

    The statement's own time, not the transaction's: a transaction that
    waited for a lock must not write a lease that is over already.
    """

    type = TIME
    inherit_cache = True

    def __init__(self, seconds=0):
        super().__init__(sa.bindparam(
            None, float(seconds), sa.Float(), unique=True))


@compiler.compiles(utcnow, 'sqlite')
def _sqlite(element, compiling, **kw):
    shift = compiling.process(element.clauses, **kw)
    return ("(strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', "
            "%s || ' seconds') || '000')" % shift).replace('%%', '%')


@compiler.compiles(utcnow, 'mysql')
@compiler.compiles(utcnow, 'mariadb')
def _mysql(element, compiling, **kw):
    shift = compiling.process(element.clauses, **kw)
    # SYSDATE is read when it is evaluated, UTC_TIMESTAMP when the statement
    # started, which may have been before it waited for a lock; both are
    # close enough, and only this one is in UTC whatever the session says.
    return ('TIMESTAMPADD(MICROSECOND, ROUND(1000000 * %s), '
            'UTC_TIMESTAMP(6))' % shift)


@compiler.compiles(utcnow, 'postgresql')
def _postgresql(element, compiling, **kw):
    shift = compiling.process(element.clauses, **kw)
    return ("(timezone('utc', clock_timestamp()) + "
            "make_interval(secs => %s))" % shift)
