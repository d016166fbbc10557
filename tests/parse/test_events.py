import json

import pandas as pd
import pytest

from incidentlab.parse import events


def table(*documents: dict) -> pd.DataFrame:
    """Return the events of some objects, one per line."""
    return events.parse("\n".join(map(json.dumps, documents)).encode(), file="events.jsonl").frames["events"]


OLD = {
    "status": "die",
    "id": "c0ffee",
    "from": "postgres:16",
    "Type": "container",
    "Action": "die",
    "Actor": {
        "ID": "c0ffee",
        "Attributes": {
            "com.docker.compose.service": "db",
            "exitCode": "137",
            "execDuration": "3",
            "image": "postgres:16",
            "name": "shop-db-1",
        },
    },
    "scope": "local",
    "time": 1795425730,
    "timeNano": 1795425730508346070,
}


@pytest.mark.parametrize("gone", [(), ("status", "id", "from")])
def test_old_and_new_shape(gone: tuple[str, ...]) -> None:
    """With and without status, id and from (API 1.52) the event is the same, exact to the nanosecond."""
    row = table({k: v for k, v in OLD.items() if k not in gone}).iloc[0]
    assert row["ts"].value == 1795425730508346070
    assert row[["service", "container", "container_id", "action", "exit_code"]].tolist() == [
        "db",
        "shop-db-1",
        "c0ffee",
        "die",
        137,
    ]
    assert json.loads(row["attributes"]) == {"execDuration": "3", "image": "postgres:16"}


def test_the_oldest_shape() -> None:
    """Before 1.22 an event had only status, id, from and whole seconds."""
    row = table({"status": "start", "id": "c0", "from": "web", "time": 1795425730}).iloc[0]
    assert (row["action"], row["container_id"], row["ts"].value) == ("start", "c0", 1795425730 * 10**9)


def test_compose_events() -> None:
    """`compose events --json` names the service and writes RFC 3339 in the client's zone."""
    row = table(
        {
            "action": "die",
            "attributes": {"exitCode": "1", "image": "x", "name": "shop-web-1"},
            "id": "c0",
            "service": "web",
            "time": "2026-11-23T04:32:30.0293148-05:00",
            "type": "container",
        }
    ).iloc[0]
    assert row["ts"] == pd.Timestamp("2026-11-23T09:32:30.029314800Z")
    assert (row["service"], row["container"], row["exit_code"]) == ("web", "shop-web-1", 1)


def test_an_action_is_split_at_its_first_colon() -> None:
    """Health states and probe commands stand behind the colon of the action."""
    base = {"Type": "container", "Actor": {"ID": "c0", "Attributes": {}}, "timeNano": 5}
    found = table(
        base | {"Action": "health_status: unhealthy"}, base | {"Action": "exec_start: sh -c curl http://x:80"}
    )
    assert found[["action", "detail"]].values.tolist() == [
        ["health_status", "unhealthy"],
        ["exec_start", "sh -c curl http://x:80"],
    ]


def test_a_label_that_hides_the_exit_code() -> None:
    """A user label named exitCode overwrites the engine's; other events show it, and the code is then not known."""
    labels = {"exitCode": "99", "com.docker.compose.service": "web"}
    start = {"Type": "container", "Action": "start", "Actor": {"ID": "c0", "Attributes": labels}, "timeNano": 1}
    die = start | {"Action": "die", "timeNano": 2}
    found = table(start, die)
    assert found["exit_code"].isna().all()
    assert json.loads(found["attributes"].iloc[1]) == {"exitCode": "99"}


def test_a_network_event_is_joined_to_its_container() -> None:
    """A network's event names the container in an attribute; its service is known from the container's events."""
    connect = {
        "Type": "network",
        "Action": "connect",
        "Actor": {"ID": "n0", "Attributes": {"container": "c0ffee", "name": "shop_default"}},
        "timeNano": 1,
    }
    row = table(connect, OLD).iloc[0]
    assert (row["type"], row["container_id"], row["service"]) == ("network", "c0ffee", "db")
    assert json.loads(row["attributes"])["name"] == "shop_default"


def test_a_line_that_is_no_json_is_counted() -> None:
    """A broken line costs itself only, and the ledger tells."""
    evidence = events.parse(json.dumps(OLD).encode() + b"\nEOF\n", file="x")
    assert len(evidence.frames["events"]) == 1
    assert evidence.truncated == ["1 lines are no JSON (line 2 the first)"]
