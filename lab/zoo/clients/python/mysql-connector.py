import os

import mysql.connector
from shapes import run

MODES = {
    "off": {"ssl_disabled": True},
    "demanded": {"ssl_verify_cert": False},
    "verified": {"ssl_ca": "/etc/ssl/certs/ca-certificates.crt", "ssl_verify_cert": True},
}


def connect():
    return mysql.connector.connect(
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        user=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        database=os.environ["DATABASE"],
        connection_timeout=int(os.environ["TIMEOUT"]),
        **MODES[os.environ["TLS"]],
    )


def ask(connection):
    cursor = connection.cursor()
    cursor.execute(os.environ["QUERY"])
    cursor.fetchall()
    cursor.close()


run(connect, ask)
