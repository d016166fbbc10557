"""Writers of every text variety: the other half of the properties."""

import json
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

from .test_clock import written


class Line(NamedTuple):
    """One line that a container wrote."""

    service: str
    replica: int
    ts: int
    message: str


class Variety(NamedTuple):
    """A way to write lines down, and what of them it keeps."""

    write: Callable[[list[Line]], bytes]
    numbered: bool = True
    timed: bool = False
    dotted: bool = True


NAMES = ("web", "api-2", "auth-service", "my_app", "db.main")
MESSAGES = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=60).map(str.strip)


WILD = [
    b"web-1  | ", b"web-1  |", b"db_1 | ", b"\n", b"\n", b"\r\n", b"\r\x1b[K", b"\x1b[36m", b"\x1b[0m", b"\x1b",
    b"2026-11-23T09:24:45.462149120Z ", b"2026-11-23T09:24:45.46Z ", b"2026-11-23 09:24:45.462 UTC [1] LOG:  ",
    b"\nx_web.1@n | ", b"\n10:00:01 web.1 | ", b"\n> web-1 | ", b"`web-1 | x`",
    b"Attaching to web-1, db_1\n", b"web-1 exited with code 1\n", b" Container x-web-1  Started\n", b"#7 DONE\n",
    b"docker : boom\n", b"At line:1 char:1\n",
    b"    + FullyQualifiedErrorId : x\n", b" \n", b"$ docker logs a\n",
    b"caf\xe9", "é".encode(), b"\0", b'{"log":"x\\n","stream":"stdout","time":"2026-11-23T09:24:45Z"}\n', b"```\n",
    b"[error] ", b" INFO ", b"ERROR", b"level=warn ", b"x" * 17000, b"text", b" | ", b"------\n", b"Step 1/2 : x\n",
    b"1:M 23 Nov 2026 09:24:45.123 * ", b"[2026-11-23 09:24:45 +0000] ", b"2026/11/23 09:24:45 [warn] 1#1: ",
    b'{"level":30,"msg":"', b"npm ERR! ", b"E1123 09:24:45.1 ", b"warn: ", b"2026-11-23T09:24:45.1+02:00",
]  # fmt: skip


@st.composite
def lines_of(draw: st.DrawFn, *, wide: bool = False) -> list[Line]:
    """Return some lines in the order of their times; `wide` ones may be longer than 16 KiB."""
    base = draw(st.integers(10**18, 2 * 10**18))
    steps = draw(st.lists(st.integers(0, 10**10), min_size=2, max_size=8))
    lines = []
    for step in steps:
        base += step
        message = draw(MESSAGES)
        if wide and draw(st.booleans()):
            message = (
                ("x" * draw(st.integers(0, 3))) + message + "é" * draw(st.sampled_from([8191, 8192, 16384, 20000]))
            )
        lines.append(Line(draw(st.sampled_from(NAMES)), draw(st.integers(1, 12)), base - base % 10 + 7, message))
    return lines


def wild() -> st.SearchStrategy[bytes]:
    """Return bytes that look like logs and break their rules."""
    return st.lists(st.sampled_from(WILD), max_size=30).map(b"".join)


def docker_logs(lines: list[Line]) -> bytes:
    """Write `docker logs -t`: the stamp again in front of every 16384 bytes."""
    return b"".join(b"".join(written(line.ts).encode() + b" " + p for p in parts(line)) + b"\n" for line in lines)


def json_records(lines: list[Line]) -> bytes:
    """Write the json-file driver's records; here a cut falls between characters, so that nothing is destroyed."""
    out = []
    for line in lines:
        texts = [line.message[i : i + 8000] for i in range(0, len(line.message), 8000)] or [""]
        texts[-1] += "\n"
        out += [{"log": t, "stream": "stdout", "time": written(line.ts, digits=8)[:-1] + "Z"} for t in texts]
        for record in out[-len(texts) :]:
            record["time"] = written(line.ts)
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in out)


def parts(line: Line) -> list[bytes]:
    """Return a message as the engine cuts it, by bytes."""
    data = line.message.encode()
    return [data[i : i + 16384] for i in range(0, len(data), 16384)] or [b""]


def prefixed(
    form: str, *, stamp: Callable[[Line], str] = lambda _: "", end: str = "\n", head: str = ""
) -> Callable[[list[Line]], bytes]:
    """Return a writer of lines with a prefix, padded to the longest name so far as Compose does."""

    def write(lines: list[Line]) -> bytes:
        names = [form.format(**line._asdict()) for line in lines]
        width = 0
        out = head.format(names=", ".join(dict.fromkeys(names)))
        for name, line in zip(names, lines, strict=True):
            width = max(width, len(name))
            out += f"{name.ljust(width)}  | {stamp(line)}{line.message}{end}"
        return out.encode()

    return write


def coloured(lines: list[Line]) -> bytes:
    """Write what a terminal gets: the colour over name, padding and bar, status lines in between."""
    out = ""
    for line in lines:
        name = f"{line.service}-{line.replica}"
        out += f"\x1b[36m{name}  | \x1b[0m{line.message}\n\r\x1b[K{name} exited with code 1\n"
    return out.encode()


def named(lines: list[Line]) -> bytes:
    """Write container names without a number; one that ends in a number cannot be told from a replica."""
    return prefixed("{service}", head="Attaching to {names}\n")(lines)


def stamped_tasks(lines: list[Line]) -> bytes:
    """Write `docker service logs -t`: the stamp before the name."""
    return "".join(
        f"{written(line.ts)} shop_{line.service}.{line.replica}@node-1    | {line.message}\n" for line in lines
    ).encode()


VARIETIES = {
    "v1": Variety(prefixed("{service}_{replica}")),
    "v2": Variety(prefixed("{service}-{replica}")),
    "v2 with project": Variety(prefixed("pay-flow-{service}-{replica}", head=" Network pay-flow_default  Created\n")),
    "v2 -t": Variety(prefixed("{service}-{replica}", stamp=lambda x: written(x.ts) + " "), timed=True),
    "v2 -t, trimmed": Variety(
        prefixed("{service}-{replica}", stamp=lambda x: written(x.ts, digits=8 if x.ts % 10 == 0 else 9) + " "),
        timed=True,
    ),
    "v2 up --timestamps": Variety(
        prefixed("{service}-{replica}", stamp=lambda x: written(x.ts, offset=-300) + " "), timed=True
    ),
    "v2 crlf": Variety(prefixed("{service}-{replica}", end="\r\n")),
    "v2 up": Variety(coloured),
    "swarm": Variety(prefixed("shop_{service}.{replica}.k3v9x0q2m7w1c5z8b4n6j0t2y@node-1"), dotted=False),
    "swarm -t": Variety(stamped_tasks, timed=True, dotted=False),
    "foreman": Variety(prefixed("10:00:01 {service}.{replica}"), dotted=False),
    "container_name": Variety(named, numbered=False),
}
