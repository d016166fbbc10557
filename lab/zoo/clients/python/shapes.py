"""The ways in which a program meets a failure: SHAPE is uncaught, caught (a line, exit 1) or retried (TRIES times)."""

import asyncio
import inspect
import os
import sys
import time

SHAPE = os.environ.get("SHAPE", "uncaught")
TRIES = int(os.environ.get("TRIES", "3"))
STAY = "STAY" in os.environ


def run(connect, ask):
    """Connect and ask once, or for ever where STAY is set, in the way that SHAPE says."""
    work = _work_async if inspect.iscoroutinefunction(connect) else _work
    if SHAPE == "uncaught":
        return work(connect, ask)
    for attempt in range(1, TRIES + 1 if SHAPE == "retried" else 2):
        try:
            return work(connect, ask)
        except Exception as error:
            print(f"attempt {attempt}: {error}" if SHAPE == "retried" else error, file=sys.stderr, flush=True)
        if SHAPE == "retried":
            time.sleep(1)
    sys.exit(1)


def _work(connect, ask):
    handle = connect()
    ask(handle)
    print("ready", flush=True)
    while STAY:
        time.sleep(0.3)
        ask(handle)


def _work_async(connect, ask):
    async def work():
        handle = await connect()
        await ask(handle)
        print("ready", flush=True)
        while STAY:
            await asyncio.sleep(0.3)
            await ask(handle)

    asyncio.run(work())
