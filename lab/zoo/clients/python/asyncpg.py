import os

import asyncpg
from shapes import run


async def connect():
    return await asyncpg.connect(
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        user=os.environ["LOGIN"],
        password=os.environ["PASSWORD"],
        database=os.environ["DATABASE"],
        ssl={"off": False, "demanded": "require", "verified": True}[os.environ["TLS"]],
        timeout=int(os.environ["TIMEOUT"]),
    )


async def ask(connection):
    await connection.fetch(os.environ["QUERY"])


run(connect, ask)
