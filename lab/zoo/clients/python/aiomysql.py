import os
import ssl

import aiomysql
from shapes import run

CONTEXTS = {"off": None, "demanded": ssl._create_unverified_context(), "verified": ssl.create_default_context()}


async def connect():
    return await aiomysql.connect(
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        user=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        db=os.environ["DATABASE"],
        ssl=CONTEXTS[os.environ["TLS"]],
        connect_timeout=int(os.environ["TIMEOUT"]),
    )


async def ask(connection):
    async with connection.cursor() as cursor:
        await cursor.execute(os.environ["QUERY"])


run(connect, ask)
