import os
import ssl

import pika
from shapes import run

CONTEXTS = {"off": None, "demanded": ssl._create_unverified_context(), "verified": ssl.create_default_context()}


def connect():
    context = CONTEXTS[os.environ["TLS"]]
    return pika.BlockingConnection(
        pika.ConnectionParameters(
            host=os.environ["HOST"],
            port=int(os.environ["PORT"]),
            virtual_host=os.environ["DATABASE"],
            credentials=pika.PlainCredentials(os.environ["LOGIN"], os.environ["PASSWORD"]),
            ssl_options=context and pika.SSLOptions(context, os.environ["HOST"]),
            socket_timeout=int(os.environ["TIMEOUT"]),
            stack_timeout=int(os.environ["TIMEOUT"]),
            blocked_connection_timeout=int(os.environ["TIMEOUT"]),
        )
    )


def ask(connection):
    channel = connection.channel()
    channel.queue_declare(os.environ["QUERY"])
    channel.close()


run(connect, ask)
