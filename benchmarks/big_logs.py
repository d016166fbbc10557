"""Large logs as real stacks write them, from a seed: the input of `benchmarks/ingest.py`.

Eight services: two print JSON, a proxy writes access lines, a database, a cache and two programs begin each line with
a stamp of their own, one speaks plainly. Now and then a client is refused by its database and prints a stack trace.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

START = 1_795_425_885_000_000_000
"""2026-11-23T09:24:45Z, in nanoseconds."""

KINDS = ("mixed", "one", "colour")
"""`compose logs -t` of eight services; `docker logs -t` of one; `compose logs -t` with colours and CJK text."""

_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
_WORDS: dict[str, tuple[Any, ...]] = {
    "pino": (30, 30, 30, 40),
    "lower": ("info", "info", "debug", "warning"),
    "upper": ("INFO", "INFO", "INFO", "WARN"),
    "painted": ("\x1b[32minfo\x1b[39m", "\x1b[33mwarn\x1b[39m"),
    "doing": ("order accepted", "cart updated", "payment authorised", "stock reserved", "mail queued", "cache renewed"),
    "cjk": ("注文を受け付けました", "库存已更新", "결제가 승인되었습니다", "接続を待っています", "用户已登录"),
    "path": ("/api/orders", "/api/users/7/cart", "/static/app-4f2a.js", "/healthz", "/api/search?q=coat"),
    "status": (200, 200, 200, 304, 404),
    "agent": (_BROWSER, _BROWSER, "curl/8.14.1", "kube-probe/1.33"),
}
_JSON = (
    '{{"level":{pino},"time":{now_ms},"pid":1,"hostname":"{hex:.12}","reqId":"req-{hex:.6}","msg":"{doing}","ms":{n}}}',
    (
        '{{"timestamp": "{date}T{clock}{us}Z", "level": "{lower}", "logger": "shop.orders", "event": "{doing}",'
        ' "order_id": {n}, "trace_id": "{hex}"}}'
    ),
)
_ACCESS = '10.0.3.{low} - - [{day}/{month}/{year}:{clock} +0000] "GET {path} HTTP/1.1" {status} {n} "-" "{agent}" "-"'
_CELERY = "[{date} {clock},{us:.3}: {upper}/Worker-{low}] Task shop.tasks.ship[{hex}] succeeded in 0.{n}s: None"
_SPRING = "{date}T{clock}.{ms}Z  {upper} 1 --- [exec-{low}] com.example.shop.OrderService  : {doing} in {n} ms"
_SERVICES = {
    "api-1": _JSON[0],
    "orders-service-1": _JSON[1],
    "proxy-1": _ACCESS,
    "postgres-1": "{date} {clock}.{ms} UTC [{low}] LOG:  duration: {n}.{ms} ms  execute S_{low}: SELECT total, state",
    "billing-1": _SPRING,
    "redis-1": "1:M {day} {month} {year} {clock}.{ms} * {n} changes in 60 seconds. Saving...",
    "worker-1": _CELERY,
    "mailer-1": "{doing} for customer {n} after {low} tries (0.{ms} s)",
}
_COLOURED = _SERVICES | {
    "orders-service-1": "{date}T{clock}.{ms}Z {painted}: {cjk} (id={n}, {doing})",
    "mailer-1": "[{upper}] {cjk}：{n}、{cjk}。",
    "redis-1": "{cjk} {n}",
}
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)
_TRACE = (
    "Error: connect ECONNREFUSED 172.18.0.4:5432",
    "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)",
    "    at processTicksAndRejections (node:internal/process/task_queues:95:5)",
    "    at async Pool.connect (/app/node_modules/pg-pool/index.js:45:11) {{",
    "  errno: -111,",
    "  code: 'ECONNREFUSED',",
    "  syscall: 'connect',",
    "  address: '172.18.0.4',",
    "  port: 5432",
    "}}",
)
_EVERY = 5_000
"""One line in so many begins a stack trace."""


def lines(kind: str, *, seed: int = 1) -> Iterator[str]:
    """Yield the lines of an endless log of a kind, in the order of their times."""
    dice, stamp = random.Random(seed), START  # noqa: S311  # a reproducible input, no secret
    services = _COLOURED if kind == "colour" else _SERVICES
    width = max(map(len, services))
    heads = {name: f"{name:<{width}}  | " for name in services}
    if kind == "colour":
        heads = {name: f"\x1b[{c}m{heads[name]}\x1b[0m" for name, c in zip(services, _COLOURS, strict=True)}
    while True:
        name = "api-1" if kind == "one" and dice.random() < 0.7 else dice.choice(list(services))
        facts = _facts(dice, stamp)
        for text in _TRACE if dice.randrange(_EVERY) == 0 else (services[name],):
            stamp += dice.randrange(2_000_000)
            now = datetime.fromtimestamp(stamp // 10**9, UTC)
            head = "" if kind == "one" else heads[name]
            yield f"{head}{now:%Y-%m-%dT%H:%M:%S}.{stamp % 10**9:09}Z {text.format_map(facts)}\n"


def _facts(dice: random.Random, stamp: int) -> dict[str, Any]:
    """Return what a line may tell of, at a time."""
    now = datetime.fromtimestamp(stamp // 10**9, UTC)
    facts: dict[str, Any] = {name: dice.choice(words) for name, words in _WORDS.items()}
    facts |= {"date": f"{now:%Y-%m-%d}", "clock": f"{now:%H:%M:%S}", "us": f".{stamp // 1000 % 10**6:06}"}
    facts |= {"day": f"{now:%d}", "month": f"{now:%b}", "year": f"{now:%Y}", "ms": f"{stamp // 10**6 % 1000:03}"}
    return facts | {
        "now_ms": stamp // 10**6,
        "n": dice.randrange(10**6),
        "low": dice.randrange(10),
        "hex": f"{dice.getrandbits(128):032x}",
    }


def write(path: Path, kind: str, *, size: int, seed: int = 1) -> None:
    """Write a log of about `size` bytes."""
    left, block = size, []
    with path.open("wb") as file:
        for line in lines(kind, seed=seed):
            block.append(line)
            if len(block) == 10_000:
                left -= file.write("".join(block).encode())
                block.clear()
                if left <= 0:
                    return
