# SPDX-License-Identifier: Apache-2.0
"""What all tables share: names of constraints, engine and character set."""

import sqlalchemy as sa
from sqlalchemy import orm

#: Named, so that a migration can drop what an earlier one made.
NAMES = {
    'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
    'uq': 'uq_%(table_name)s_%(column_0_N_name)s',
    'fk': 'fk_%(table_name)s_%(column_0_N_name)s',
    'pk': 'pk_%(table_name)s'}

#: Binary collation: names differ by case on every database alike.
MYSQL = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4',
         'mysql_collate': 'utf8mb4_bin', 'mariadb_engine': 'InnoDB',
         'mariadb_charset': 'utf8mb4', 'mariadb_collate': 'utf8mb4_bin'}


class Base(orm.DeclarativeBase):
    """Base of all tables."""

    metadata = sa.MetaData(naming_convention=NAMES)
    __table_args__ = MYSQL
