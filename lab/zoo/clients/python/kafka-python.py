import os

from kafka import KafkaProducer
from shapes import run


def connect():
    return KafkaProducer(
        bootstrap_servers=f"{os.environ['HOST']}:{os.environ['PORT']}",
        request_timeout_ms=int(os.environ["TIMEOUT"]) * 1000,
        max_block_ms=int(os.environ["TIMEOUT"]) * 1000,
        security_protocol="PLAINTEXT" if os.environ["TLS"] == "off" else "SSL",
    )


def ask(producer):
    producer.send("orders", b"order").get(timeout=int(os.environ["TIMEOUT"]))


run(connect, ask)
