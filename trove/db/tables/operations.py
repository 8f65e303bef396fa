# SPDX-License-Identifier: Apache-2.0
"""Operations and the journals of their flows."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Operation(base.Base):
    """One promise; ``number`` orders them, ``fence`` counts its owners."""

    __tablename__ = 'operations'
    __table_args__ = (
        sa.Index('ix_operations_state_number', 'state', 'number'),
        sa.Index('ix_operations_instance_id_state', 'instance_id', 'state',
                 'number'),
        # A number is never handed out twice, purged rows included.
        {**base.MYSQL, 'sqlite_autoincrement': True})

    number: orm.Mapped[int] = orm.mapped_column(
        types.SERIAL, primary_key=True, autoincrement=True)
    id: orm.Mapped[str] = orm.mapped_column(types.ID, unique=True)
    verb: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    instance_id: orm.Mapped[str | None] = orm.mapped_column(types.ID)
    project_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: Sealed as a whole: they may hold passwords.
    arguments: orm.Mapped[str] = orm.mapped_column(types.LONG_TEXT)
    context: orm.Mapped[dict] = orm.mapped_column(types.Json)
    state: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    owner: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    fence: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    lease_until: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)
    not_before: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)
    attempts: orm.Mapped[int]
    cancel: orm.Mapped[bool]
    step: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    error_code: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    error: orm.Mapped[str | None] = orm.mapped_column(types.LONG_TEXT)
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    finished: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)


class Journal(base.Base):
    """One record of a flow's journal: a book, a flow or an atom of it.

    ``document`` is sealed: results of steps may be secrets.
    """

    __tablename__ = 'journal'
    __table_args__ = (
        sa.Index('ix_journal_operation_id', 'operation_id'), base.MYSQL)

    uuid: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    kind: orm.Mapped[str] = orm.mapped_column(
        sa.String(16), primary_key=True)
    operation_id: orm.Mapped[str] = orm.mapped_column(types.ID)
    parent: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(64), index=True)
    position: orm.Mapped[int]
    document: orm.Mapped[str] = orm.mapped_column(types.LONG_TEXT)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
