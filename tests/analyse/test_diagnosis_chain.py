"""Causes before symptoms, and the same answer however the text was taken."""

import random
import re

import pytest

CHAIN = """\
db-1    | 2026-03-01 10:00:01.000 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1    | 2026-03-01 10:00:01.100 UTC [1] LOG:  database system is ready to accept connections
db-1    | 2026-03-01 10:05:00.000 UTC [7] PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device
api-1   | 2026-03-01T10:05:02Z ERROR connect ECONNREFUSED 172.20.0.2:5432
proxy-1 | 2026/03/01 10:05:03 [error] 9#9: *1 no live upstreams while connecting to upstream, upstream: "http://api/"
db-1 exited with code 1
"""
DEAD_UPSTREAM = """\
api-1   | exec ./server: exec format error
proxy-1 | nginx: [emerg] host not found in upstream "api:8080" in /etc/nginx/nginx.conf:7
"""
RACE = """\
db-1    | The files belonging to this database system will be owned by user "postgres".
db-1    | 2026-03-01 10:00:01.000 UTC [40] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"
db-1    | 2026-03-01 10:00:01.100 UTC [40] LOG:  database system is ready to accept connections
db-1    | 2026-03-01 10:00:03.000 UTC [40] LOG:  received fast shutdown request
db-1    | PostgreSQL init process complete; ready for start up.
db-1    | 2026-03-01 10:00:03.500 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1    | 2026-03-01 10:00:03.600 UTC [1] LOG:  database system is ready to accept connections
api-1   | Traceback (most recent call last):
api-1   |   File "/app/main.py", line 9, in <module>
api-1   | psycopg2.OperationalError: could not connect to server: Connection refused
api-1   | \tIs the server running on host "db" (172.20.0.2) and accepting
api-1   | \tTCP/IP connections on port 5432?
"""


def test_the_first_cause_is_the_verdict(pasted):
    """A full disk ends the database, which is refused to the application: the disk is the cause, the rest follows."""
    findings = pasted(CHAIN).findings
    assert (findings["category"][0], findings["service"][0]) == ("disk_full", "db")
    followers = findings[findings["service"] == "api"]
    assert (followers["follows"] == 1).all()
    assert len(followers)


def test_a_proxy_is_not_blamed_for_a_dead_upstream(pasted):
    """The name is unknown because the container behind it died: the death is the cause."""
    findings = pasted(DEAD_UPSTREAM).findings
    assert (findings["category"][0], findings["service"][0]) == ("image_arch_mismatch", "api")
    assert findings.loc[findings["service"] == "proxy", "follows"].tolist() == [1]


def test_a_proxy_alone_is_what_it_says(verdict):
    """Without another fault, the unknown name itself is the finding."""
    assert verdict(DEAD_UPSTREAM.splitlines(keepends=True)[1])[0] == "dns_failure"


def _stamped(text: str) -> str:
    stamp = "2026-03-01T10:00:{:02}.000000000Z "
    lines = text.splitlines(keepends=True)
    return "".join(re.sub(r"\| ", "| " + stamp.format(n), line, count=1) for n, line in enumerate(lines))


def _shuffled(text: str) -> str:
    """Mix the services anew; within each the order stays."""
    queues: dict[str, list[str]] = {}
    for line in text.splitlines(keepends=True):
        queues.setdefault(line.split()[0], []).append(line)
    draw = random.Random(11)  # no secret, a seed
    mixed = []
    while any(queues.values()):
        mixed.append(queues[draw.choice([name for name, queue in queues.items() if queue])].pop(0))
    return "".join(mixed)


FORMS = {
    "cut before the end": lambda text: "".join(text.splitlines(keepends=True)[:-1]),
    "shuffled": _shuffled,
    "coloured": lambda text: re.sub(r"(?m)^(\S+ +\| )", "\x1b[36m\\1\x1b[0m", text),
    "Compose v1": lambda text: re.sub(r"(?m)^(\w+)-1", r"\1_1", text),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "container names": lambda text: re.sub(r"(?m)^(\w+)-1 ", r"\1 ", text),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", [RACE, DEAD_UPSTREAM], ids=["race", "dead-upstream"])
def test_the_form_does_not_matter(verdict, text, form):
    """The same incident gives the same verdict when its text is cut, shuffled, coloured or of another version."""
    if form == "cut before the end" and text == DEAD_UPSTREAM:
        pytest.skip("its last line is half of the story")
    assert verdict(FORMS[form](text)) == verdict(text)


def test_times_do_not_change_a_race(verdict):
    """A race stays one where the engine's times are given: refused before the real server was ready."""
    lines = RACE.splitlines(keepends=True)
    early = lines[:2] + lines[7:] + lines[2:7]
    assert verdict(_stamped("".join(early))) == verdict(RACE)


def test_same_text_same_answer(pasted):
    """The same text gives the same findings and the same evidence, twice."""
    first, second = pasted(CHAIN), pasted(CHAIN)
    assert first.findings.equals(second.findings)
    assert first.evidence.equals(second.evidence)


def test_evidence_points_at_lines(pasted):
    """Every row for or against a finding of a text stands in the text, at its line."""
    found = pasted(CHAIN)
    lines = CHAIN.splitlines()
    told = found.evidence[found.evidence["role"] != "missing"]
    assert len(told)
    for message, line in zip(told["message"], told["line"], strict=True):
        assert message.strip() in lines[line - 1] or "exited" in lines[line - 1]
