import os

import aiohttp
from shapes import run


async def connect():
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=int(os.environ["TIMEOUT"])))


async def ask(session):
    async with session.get(os.environ["URL"], raise_for_status=True) as answer:
        await answer.text()


run(connect, ask)
