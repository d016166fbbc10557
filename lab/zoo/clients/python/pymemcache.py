import os

from pymemcache.client.base import Client
from shapes import run


def connect():
    wait = int(os.environ["TIMEOUT"])
    return Client((os.environ["HOST"], int(os.environ["PORT"])), connect_timeout=wait, timeout=wait)


def ask(client):
    client.set("key", "value", noreply=False)


run(connect, ask)
