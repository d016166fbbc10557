import os

from shapes import run
from tortoise import Tortoise


async def connect():
    settings = {
        "host": os.environ["HOST"],
        "port": os.environ["PORT"],
        "user": os.environ["LOGIN"],
        "password": os.environ["PASSWORD"],
        "database": os.environ["DATABASE"],
        "ssl": {"off": False, "demanded": "require", "verified": True}[os.environ["TLS"]],
        "timeout": int(os.environ["TIMEOUT"]),
    }
    await Tortoise.init(
        config={
            "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": settings}},
            "apps": {"app": {"models": ["shapes"], "default_connection": "default"}},
        }
    )
    return Tortoise.get_connection("default")


async def ask(connection):
    await connection.execute_query(os.environ["QUERY"])


run(connect, ask)
