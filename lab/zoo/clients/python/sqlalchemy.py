import os

from shapes import run
from sqlalchemy import URL, create_engine, text

MODES = {"off": "disable", "demanded": "require", "verified": "verify-full"}


def connect():
    url = URL.create(
        "postgresql+psycopg2",
        os.environ["LOGIN"],
        os.environ["PASSWORD"],
        os.environ["HOST"],
        int(os.environ["PORT"]),
        os.environ["DATABASE"],
    )
    settings = {"sslmode": MODES[os.environ["TLS"]], "connect_timeout": int(os.environ["TIMEOUT"])}
    return create_engine(url, connect_args=settings)


def ask(engine):
    with engine.connect() as connection:
        connection.execute(text(os.environ["QUERY"]))


run(connect, ask)
