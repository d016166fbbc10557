import os

from peewee import PostgresqlDatabase
from shapes import run

MODES = {"off": "disable", "demanded": "require", "verified": "verify-full"}


def connect():
    database = PostgresqlDatabase(
        os.environ["DATABASE"],
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        user=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        sslmode=MODES[os.environ["TLS"]],
        connect_timeout=int(os.environ["TIMEOUT"]),
    )
    database.connect(reuse_if_open=True)
    return database


def ask(database):
    database.execute_sql(os.environ["QUERY"])


run(connect, ask)
