import os

import psycopg
from shapes import run

MODES = {"off": "disable", "demanded": "require", "verified": "verify-full"}


def connect():
    return psycopg.connect(
        host=os.environ["HOST"],
        port=os.environ["PORT"],
        user=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        dbname=os.environ["DATABASE"],
        sslmode=MODES[os.environ["TLS"]],
        sslrootcert="/etc/ssl/certs/ca-certificates.crt",
        connect_timeout=int(os.environ["TIMEOUT"]),
    )


def ask(connection):
    with connection.cursor() as cursor:
        cursor.execute(os.environ["QUERY"])


run(connect, ask)
