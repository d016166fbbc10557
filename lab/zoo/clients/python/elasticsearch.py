import os

from elasticsearch import Elasticsearch
from shapes import run


def connect():
    return Elasticsearch(os.environ["URL"], request_timeout=int(os.environ["TIMEOUT"]), max_retries=0)


def ask(client):
    client.info()


run(connect, ask)
