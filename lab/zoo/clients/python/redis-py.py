import os

import redis
from shapes import run


def connect():
    return redis.Redis(
        os.environ["HOST"],
        int(os.environ["PORT"]),
        password=os.environ["PASSWORD"] or None,
        ssl=os.environ["TLS"] != "off",
        ssl_cert_reqs="required" if os.environ["TLS"] == "verified" else "none",
        socket_connect_timeout=int(os.environ["TIMEOUT"]),
        socket_timeout=int(os.environ["TIMEOUT"]),
        retry=None,
    )


def ask(client):
    client.execute_command(*os.environ["QUERY"].split())


run(connect, ask)
