import os

from aiokafka import AIOKafkaProducer
from shapes import run


async def connect():
    producer = AIOKafkaProducer(
        bootstrap_servers=f"{os.environ['HOST']}:{os.environ['PORT']}",
        request_timeout_ms=int(os.environ["TIMEOUT"]) * 1000,
    )
    await producer.start()
    return producer


async def ask(producer):
    await producer.send_and_wait("orders", b"order")


run(connect, ask)
