import os

import httpx
from shapes import run


def connect():
    return httpx.Client(timeout=int(os.environ["TIMEOUT"]))


def ask(client):
    client.get(os.environ["URL"]).raise_for_status()


run(connect, ask)
