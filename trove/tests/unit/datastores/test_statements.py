# SPDX-License-Identifier: Apache-2.0
"""Secrets that statements set leave as stars."""

import time

import pytest

from trove.datastores import interfaces
from trove.datastores import statements
from trove.datastores.postgresql.guest import masking as pg_masking

SECRET = b'hush-42'


@pytest.fixture(params=[statements.Statements, pg_masking.PgWords])
def words(request):
    return request.param()


def test_an_engine_without_secrets_is_told_word_for_word():
    words = interfaces.Words()
    assert words.mask(b"SET PASSWORD = 'x'\n") == b"SET PASSWORD = 'x'\n"
    assert (words.safe_end(b'SET PASSWORD =\n', 7), words.longest) == (7, 0)


@pytest.mark.parametrize('statement', [
    "CREATE USER a IDENTIFIED BY 'hush-42' REQUIRE SSL",
    "CREATE USER a IDENTIFIED BY\n\t'hush-42'",
    "CREATE USER a IDENTIFIED/* why */BY -- so\n 'hush-42'",
    "CREATE USER a IDENTIFIED WITH caching_sha2_password BY 'hush-42'",
    'CREATE USER a IDENTIFIED WITH caching_sha2_password AS 0x687573682d3432',
    "CREATE USER a IDENTIFIED VIA ed25519 USING PASSWORD('hush-42')",
    "CREATE USER a IDENTIFIED VIA mysql_native_password USING 'hush-42'",
    "ALTER USER a IDENTIFIED BY 'new' REPLACE 'hush-42'",
    "GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD 'hush-42'",
    "SET PASSWORD = 'hush-42'",
    "SET PASSWORD FOR 'a'@'%' = 'hush-42'",
    "SET PASSWORD FOR a@h = PASSWORD('hush-42')",
    "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='hush-42', PORT=1",
    "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = 'hush-42'",
    "ALTER ROLE a WITH ENCRYPTED PASSWORD 'hush-42' VALID UNTIL 'infinity'",
    "ALTER ROLE a PASSWORD E'hush-42\\'hush-42'",
    'ALTER ROLE a PASSWORD $$hush-42$$',
    'ALTER ROLE a PASSWORD $x$hush-42$$hush-42$x$',
    "ALTER ROLE a PASSWORD U&'hush-42'",
    "ALTER ROLE a PASSWORD 'one'\n 'hush-42'",
    "ALTER ROLE a PASSWORD 'it''s hush-42'",
    "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password "
    "'hush-42')",
    "CREATE SUBSCRIPTION s CONNECTION 'host=h password=hush-42 user=a'",
    "SELECT dblink('postgresql://a:hush-42@h/d', 'SELECT 1')",
    "PREPARE s FROM 'CREATE USER a IDENTIFIED BY ''hush-42'''",
    "PREPARE s FROM 'CREATE USER a IDENTIFIED BY \\'hush-42\\''",
    "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''hush-42'''; END $$",
    "INSERT INTO settings VALUES ('{\"password\": \"hush-42\"}')",
    "UPDATE users SET passwd = 'hush-42' WHERE id = 1",
    "CREATE USER a IDENTIFIED BY 'hush-42"])
def test_a_secret_in_a_statement_is_masked(words, statement):
    masked = words.mask(statement.encode() + b'\nnext line\n')
    assert SECRET not in masked
    assert b'687573682d3432' not in masked
    assert b'***' in masked
    if statement.endswith("'") and 'PREPARE' not in statement:
        assert masked.endswith(b'\nnext line\n')


@pytest.mark.parametrize('line', [
    b"Access denied for user 'a'@'h' (using password: YES)\n",
    b"INSERT INTO notes VALUES ('the password was changed', 'twice')\n",
    b"SELECT REPLACE(name, 'a', 'b') FROM people\n",
    b"LOG:  execute s: SELECT $1\nDETAIL:  parameters: $1 = 'blue'\n"])
def test_other_words_stay(words, line):
    assert words.mask(line) == line


def test_bound_values_of_a_statement_that_tells_of_secrets():
    log = (b"LOG:  execute s: UPDATE people\n"
           b"\tSET digest = crypt($1, $2)\n"
           b"DETAIL:  parameters: $1 = 'hush-42\n\thush-42', $2 = 'x'\n"
           b"LOG:  execute s: SELECT $1\n"
           b"DETAIL:  parameters: $1 = 'blue'\n")
    words = pg_masking.PgWords()
    masked = words.mask(log)
    assert SECRET not in masked and b"'blue'" in masked
    # Its statement went with an earlier part.
    assert SECRET not in words.mask(
        b"DETAIL:  Parameters: $1 = 'hush-42'\n")


STATEMENT = b"one\nCREATE USER a IDENTIFIED BY\n\t'hush-42'\nthree\n"


@pytest.mark.parametrize('end', range(1, len(STATEMENT) + 1))
def test_wherever_a_part_is_to_end_no_secret_is_cut(words, end):
    cut = words.safe_end(STATEMENT, end)
    assert 0 < cut
    parts = [words.mask(STATEMENT[:cut]),
             words.mask(STATEMENT[cut:])]
    assert b'hush' not in b''.join(parts) and b'-42' not in b''.join(parts)


def test_what_may_go_on_is_left_for_later(words):
    for begun in (b'one\nALTER ROLE a PASSWORD\n',
                  b"one\nALTER ROLE a PASSWORD 'hush\n"):
        cut = words.safe_end(begun, len(begun))
        assert b'PASSWORD' not in begun[:cut]
    whole = b"ALTER ROLE a PASSWORD 'hush-42'\n"
    assert words.safe_end(whole, len(whole)) == len(whole)


@pytest.mark.parametrize('repeated', [
    b'PASSWORD ' + b' ' * 5000, b'IDENTIFIED WITH ' + b'x' * 5000,
    b"PASSWORD '" + b"''" * 5000, b'PASSWORD $$' + b'$' * 5000,
    b'PASSWORD FOR ' + b'x' * 5000, b'PASSWORD /*' * 500])
def test_no_log_makes_the_search_last(words, repeated):
    text = repeated * (1_000_000 // len(repeated))
    began = time.process_time()
    words.mask(text)
    words.safe_end(text, len(text))
    assert time.process_time() - began < 10


@pytest.mark.parametrize('log, kept', [
    ('prepare p from "create user a identified by \'S3cr3t\'"\n'
     'change master to a = \'x\', master_password = "S3cr3t"', 'change'),
    ("execute immediate 'create user a identified by ''S3cr3t'''\n"
     "create user b identified by 'S3cr3t'", 'create user b'),
    ("DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''S3cr3t'''; END$$\n"
     'ERROR: "ALTER ROLE x PASSWORD \'S3cr3t\'"\n\tat line 3', 'at line 3'),
    ("select set_config('x.password','S3cr3t',false)", 'false'),
    ("select jsonb_build_object('password', 'S3cr3t')", ')'),
    ("set password for 'a;b=c'@'%' = 'S3cr3t'", 'a;b=c'),
    ("select crypt('S3cr3t', gen_salt('bf'))", 'gen_salt'),
    ("select pgp_sym_encrypt('data', 'S3cr3t')", 'pgp_sym'),
    ("select aes_decrypt(col, 'S3cr3t') from t", 'from t'),
    ("alter role a password 'S3c'\n  'r3t'", 'alter role a'),
])
def test_a_quote_too_many_gives_no_secret_away(words, log, kept):
    found = words.mask(log.encode()).decode()
    assert 'S3c' not in found
    assert 'r3t' not in found
    assert kept in found
