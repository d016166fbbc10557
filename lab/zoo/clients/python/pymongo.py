import os

from pymongo import MongoClient
from shapes import run


def connect():
    wait_ms = int(os.environ["TIMEOUT"]) * 1000
    return MongoClient(
        os.environ["HOST"],
        int(os.environ["PORT"]),
        username=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        serverSelectionTimeoutMS=wait_ms,
        tls=os.environ["TLS"] != "off",
    )


def ask(client):
    client[os.environ["DATABASE"]].orders.find_one()


run(connect, ask)
