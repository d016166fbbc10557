import json
from collections.abc import Callable

import pytest

from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.parse.inspect import parse

Investigated = Callable[[str], Investigation]


def first(found: Investigation) -> str:
    """Return the sentence of the verdict."""
    return str(found.findings["sentence"].iloc[0])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("redis-kill", "redis had been up and was killed by a command (signal 9)"),
        ("redis-gone", "redis had been up and was stopped by a command (signal 15)"),
        ("redis-disconnect", "redis had been up and was taken off its network"),
        ("port-conflict", "frontend could not bind port 8080: payflow-frontend-run-e0b100e4a470 holds it"),
        ("dns-failure", "Did you mean postgres, which is there?"),
    ],
)
def test_a_culprit_that_the_evidence_shows_is_named(name: str, says: str, investigated: Investigated) -> None:
    """Who was told to end, who holds the port, which name was meant: each stands in the verdict."""
    assert says in first(investigated(name))


def test_the_row_that_shows_the_signal_is_evidence(investigated: Investigated) -> None:
    """The engine's kill event is a row for the verdict, and comes before the first failure."""
    found = investigated("redis-kill")
    rows = found.evidence[found.evidence["rank"] == 1]
    sent = rows[rows["fact"] == "redis was killed by a command (signal 9)"]
    assert len(sent) == 1
    assert sent["ts"].iloc[0] == rows["ts"].min()


def test_a_name_that_is_like_no_other_is_not_corrected() -> None:
    """Where no service bears a name that is almost the same, none is proposed."""
    found = investigate(load("app-1  | Error: getaddrinfo ENOTFOUND elsewhere\napp-1  | exit\ndb-1  | ready\n" * 3))
    assert "Did you mean" not in first(found)


def test_only_ports_that_are_asked_for_are_published() -> None:
    """A port that the engine may choose, or that is none, is left out."""
    bindings = {"80/tcp": [{"HostPort": "8080"}, {"HostPort": ""}], "81/tcp": None, "82/tcp": [{"HostPort": "0"}]}
    body = {"Id": "c0", "Name": "/web-1", "State": {}, "Config": {}, "HostConfig": {"PortBindings": bindings}}
    frame = parse(json.dumps([body]).encode(), file="inspect.json").frames["containers"]
    assert frame["published"].tolist() == ["[8080]"]
