import os
import ssl

import aio_pika
from shapes import run

CONTEXTS = {"off": None, "demanded": ssl._create_unverified_context(), "verified": ssl.create_default_context()}


async def connect():
    return await aio_pika.connect(
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        login=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        virtualhost=os.environ["DATABASE"],
        ssl=os.environ["TLS"] != "off",
        ssl_context=CONTEXTS[os.environ["TLS"]],
        timeout=int(os.environ["TIMEOUT"]),
    )


async def ask(connection):
    channel = await connection.channel()
    await channel.declare_queue(os.environ["QUERY"])
    await channel.close()


run(connect, ask)
