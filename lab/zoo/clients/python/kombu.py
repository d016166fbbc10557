import os

from kombu import Connection
from shapes import run


def connect():
    connection = Connection(
        transport="pyamqp",
        hostname=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        userid=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        virtual_host=os.environ["DATABASE"],
        ssl=os.environ["TLS"] != "off",
        connect_timeout=int(os.environ["TIMEOUT"]),
    )
    connection.connect()
    return connection


def ask(connection):
    connection.SimpleQueue(os.environ["QUERY"]).close()


run(connect, ask)
