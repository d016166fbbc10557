"""What a listing of containers says, in each of its forms."""

import json

import pytest

from incidentlab.load import load
from incidentlab.parse import listing, stats

PS = """\
CONTAINER ID   IMAGE         COMMAND                  CREATED         STATUS                     PORTS      NAMES
7c7c7c7c7c7c   shop-web      "docker-entrypoint.s…"   3 minutes ago   Exited (1) 2 minutes ago              shop-web-1
8d8d8d8d8d8d   postgres:16   "docker-entrypoint.s…"   3 minutes ago   Up 3 minutes (unhealthy)   5432/tcp   shop-db-1
"""
COMPOSE = """\
NAME         IMAGE         COMMAND                  SERVICE   CREATED         STATUS                     PORTS
shop-web-1   shop-web      "docker-entrypoint.s…"   web       3 minutes ago   Exited (1) 2 minutes ago
shop-db-1    postgres:16   "docker-entrypoint.s…"   db        3 minutes ago   Up 3 minutes (unhealthy)   5432/tcp
"""
OLD = """\
   Name                 Command                State          Ports
--------------------------------------------------------------------
shop_web_1   docker-entrypoint.sh node ...   Exit 1
shop_db_1    docker-entrypoint.sh postgres   Up (unhealthy)   5432/tcp
"""
FORMATTED = "NAMES\tSTATUS\nshop-web-1\tExited (1) 2 minutes ago\nshop-db-1\tUp 3 minutes (unhealthy)\n"
JSON = [
    {"Names": "shop-web-1", "State": "exited", "Status": "Exited (1) 2 minutes ago", "Image": "shop-web"},
    {"Names": "shop-db-1", "State": "running", "Status": "Up 3 minutes (unhealthy)", "Image": "postgres:16"},
]
LINES = "\n".join(map(json.dumps, JSON))
SERVICES = [
    {"Name": "shop-web-1", "Service": "web", "Project": "shop", "State": "exited", "ExitCode": 1, "Health": ""},
    {"Name": "shop-db-1", "Service": "db", "Project": "shop", "State": "running", "ExitCode": 0, "Health": "unhealthy"},
]
SHAPES = {
    "docker ps": PS,
    "docker compose ps": COMPOSE,
    "docker-compose ps of v1": OLD,
    "docker ps --format 'table ...'": FORMATTED,
    "docker ps --format json": LINES,
    "docker compose ps --format json before 2.21": json.dumps(SERVICES),
    "docker compose ps --format json": "\n".join(map(json.dumps, SERVICES)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("around", ["{}", "$ docker ps -a\n{}", "web-1  | boom\n$ docker ps -a\n{}\nit fails\n"])
def test_every_shape_is_the_same_evidence(shape: str, around: str) -> None:
    """A table, JSON and the listing of v1 say the same of the same containers, alone or inside a text."""
    containers = load(around.format(SHAPES[shape]).encode()).containers
    rows = containers[["service", "state", "exit_code", "health"]].astype("object").fillna("").values.tolist()
    assert rows == [["db", "running", "", "unhealthy"], ["web", "exited", 1, ""]]


def test_a_listing_in_a_ci_log() -> None:
    """Each line of a table may bear a runner's stamp; the rows stand on the lines of the file."""
    text = "".join(f"job\tstep\t2025-06-01T09:00:10.1234567Z {line}\n" for line in PS.splitlines())
    assert load(text).containers[["service", "line"]].values.tolist() == [["db", 3], ["web", 2]]


def test_an_inspect_knows_more() -> None:
    """Beside an inspect of the same container a listing adds no second one; of two listings the later counts."""
    inspect = {
        "Id": "7c" * 32,
        "Name": "/shop-web-1",
        "Created": "2025-06-01T09:00:00Z",
        "State": {"Status": "exited", "ExitCode": 1},
        "Config": {"Labels": {"com.docker.compose.service": "web"}},
    }
    text = f"$ docker inspect shop-web-1\n{json.dumps([inspect], indent=4)}\n$ docker ps -a\n{PS}\n$ docker ps -a\n{PS}"
    containers = load(text).containers
    assert containers[["service", "created"]].notna().values.tolist() == [[True, False], [True, True]]


def test_lines_around_a_table_stay() -> None:
    """What follows a table without an empty line between is no row of it."""
    text = f"web-1  | boom\n$ docker ps -a\n{PS}web-1  | again\n"
    logs = load(text).logs
    assert logs[["line", "message"]].values.tolist() == [[1, "boom"], [2, "$ docker ps -a"], [6, "again"]]


@pytest.mark.parametrize(
    "text", ["NAME    AGE", "NAMES AND STATUS", "name  status", "| NAME | STATUS |", "STATUS  NAME: x"]
)
def test_no_listing(text: str) -> None:
    """Only a line of headings in capitals, a name and a status among them, begins a listing."""
    assert not listing.header(text)


def test_stats() -> None:
    """`docker stats` gives samples without a time, as a table and as JSON."""
    table = """\
CONTAINER ID   NAME         CPU %     MEM USAGE / LIMIT   MEM %     NET I/O         BLOCK I/O     PIDS
7c7c7c7c7c7c   shop-web-1   150.25%   63.5MiB / 64MiB     99.22%    1.2kB / 656B    0B / 8.19kB   12
"""
    body = {
        "Name": "shop-web-1",
        "ID": "7c7c7c7c7c7c",
        "CPUPerc": "150.25%",
        "MemUsage": "63.5MiB / 64MiB",
        "NetIO": "1.2kB / 656B",
        "BlockIO": "0B / 8.19kB",
        "PIDs": "12",
    }
    for text in (table, json.dumps(body), f"web-1  | boom\n$ docker stats --no-stream\n{table}"):
        columns = ["cpu_ratio", "memory_bytes", "memory_limit_bytes", "pids", "network_rx_bytes", "block_write_bytes"]
        assert load(text.encode()).samples[columns].values.tolist() == [[1.5025, 66584576, 67108864, 12, 1200, 8190]]
    assert stats.size("1.5GB") == 1_500_000_000
