import os

from confluent_kafka.admin import AdminClient
from shapes import run


def connect():
    return AdminClient({"bootstrap.servers": f"{os.environ['HOST']}:{os.environ['PORT']}"})


def ask(client):
    client.list_topics(timeout=int(os.environ["TIMEOUT"]))


run(connect, ask)
