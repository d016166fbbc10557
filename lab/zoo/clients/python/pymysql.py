import os

import pymysql
from shapes import run

MODES = {
    "off": {"ssl_disabled": True},
    "demanded": {"ssl": {"check_hostname": False, "verify_mode": False}},
    "verified": {"ssl_ca": "/etc/ssl/certs/ca-certificates.crt", "ssl_verify_cert": True},
}


def connect():
    return pymysql.connect(
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        user=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        database=os.environ["DATABASE"],
        connect_timeout=int(os.environ["TIMEOUT"]),
        read_timeout=int(os.environ["TIMEOUT"]),
        **MODES[os.environ["TLS"]],
    )


def ask(connection):
    with connection.cursor() as cursor:
        cursor.execute(os.environ["QUERY"])


run(connect, ask)
