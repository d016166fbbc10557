import os

import MySQLdb
from shapes import run

MODES = {
    "off": {},
    "demanded": {"ssl": {"cipher": "DEFAULT"}},
    "verified": {"ssl": {"ca": "/etc/ssl/certs/ca-certificates.crt"}},
}


def connect():
    return MySQLdb.connect(
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        user=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        database=os.environ["DATABASE"],
        connect_timeout=int(os.environ["TIMEOUT"]),
        **MODES[os.environ["TLS"]],
    )


def ask(connection):
    cursor = connection.cursor()
    cursor.execute(os.environ["QUERY"])
    cursor.close()


run(connect, ask)
