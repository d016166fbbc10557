import re
from collections.abc import Callable
from pathlib import Path

import pytest

from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.report.answer import page
from incidentlab.report.headline import next_step, state_now

Investigated = Callable[[str], Investigation]
DATA = Path(__file__).parent.parent.parent / "data"
RECORDINGS = sorted(path.parent.name for path in DATA.glob("*/ground-truth.json"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("budget-spent", "auth-service is down since 15:27:47"),
        ("budget-spent", "its restart policy, on-failure:3, restarted it 3 times and has given up"),
        ("retry-too-short", "it has no restart policy, so nothing starts it again"),
        ("crash-loop", "notification-service is still restarting: 13 times since 15:15:56, for 3 min 58 s"),
        ("disk-full", "postgres is still restarting: 7 times"),
        ("disk-full", "Also in trouble: auth-service (unhealthy)"),
        ("tls-failure", "auth-service is still restarting: 7 times"),
        ("healthcheck-exec", "auth-service is unhealthy since 14:40:20"),
        ("redis-gone", "redis is stopped since 22:42:03"),
        ("redis-kill", "notification-service has recovered, once redis was brought back by hand"),
        ("slow-init", "auth-service was created at 15:31:02 and never started"),
        ("fixed", "All 8 containers are up, 8 of them healthy"),
    ],
)
def test_the_state_when_the_evidence_ends_is_said(name: str, says: str, investigated: Investigated) -> None:
    """Down, restarting, unhealthy, stopped, never started, recovered or well: each with since when."""
    assert says in state_now(investigated(name))


def test_errors_that_are_over_are_no_absence_of_failure() -> None:
    """Of a log that complained and went on, the first line says that, and since when no error came."""
    said = [f"shop-1  | 2026-03-01T10:00:{n:02d}.000000000Z INFO order {n} sold" for n in range(40)]
    said[3:6] = [line.replace("INFO order", "ERROR no basket for order") for line in said[3:6]]
    timed = state_now(investigate(load("\n".join(said))))
    assert timed.startswith("Errors that did not last, and none after 10:00:05; what runs now")
    bare = state_now(investigate(load("\n".join(re.sub(r" 2026\S+", "", line) for line in said))))
    assert bare.startswith("Errors that did not last; what runs now")


def test_of_a_pasted_log_no_state_is_claimed() -> None:
    """Lines alone do not tell what runs now, and this is said with the command that does."""
    found = investigate(load("app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432\n" * 3))
    assert "what runs now a log does not tell (`docker compose ps -a` does)" in state_now(found)


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_next_command_bears_a_name_that_the_evidence_bears(name: str, investigated: Investigated) -> None:
    """Each container in the next command is one of the evidence, and where nothing failed there is no next command."""
    found = investigated(name)
    step = next_step(found)
    assert bool(step) == (found.findings["category"].iloc[0] != "benign")
    assert set(re.findall(r"payflow-[\w-]+", step)) <= set(found.incident.containers["container"])


def test_a_pasted_log_gets_no_word_to_replace_either() -> None:
    """Where the other side is named by its address only, the command asks for all services."""
    found = investigate(load("app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432\n" * 3))
    assert "`docker compose logs -t`" in " ".join(page(found).split())


def test_a_hostile_name_is_in_no_command() -> None:
    """A name that is more than a name is not put into a command."""
    found = investigate(load('{"x":1}\n$(reboot)-1  | Error: connect ECONNREFUSED 172.18.0.2:5432\n' * 3))
    assert "$(reboot)" not in next_step(found)


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_page_holds_a_word_that_waits_to_be_replaced(name: str, investigated: Investigated) -> None:
    """No command of an answer holds a placeholder, and no figure in it is none."""
    text = page(investigated(name))
    assert not re.search(r"\b(?:SERVICE|DEPENDENCY|CONTAINER|SERVICE_NAME|OTHER|DB_HOST|SOURCE)\b", text)
    assert not re.search(r"\b(?:nan|NaT|None|<NA>)\b", text)


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_row_says_yes_and_no_of_one_fact(name: str, investigated: Investigated) -> None:
    """No row of a finding is for and against it, none bears two kinds of one target, nobody is both well and broken."""
    found = investigated(name)
    rows = found.evidence[found.evidence["line"].notna()].assign(pointer=lambda frame: frame["pointer"].fillna(""))
    place = ["file", "line", "pointer"]
    assert (rows.groupby(["rank", *place])["role"].nunique() == 1).all()
    reach = rows["fact"].str.extract(r"^(?P<who>.+ did not reach .+): (?P<kind>\w+)").join(rows[place]).dropna()
    assert (reach.groupby(["who", *place])["kind"].nunique() == 1).all()
    now = state_now(found)
    assert not ("has recovered" in now and re.search(r"\bis (?:down|still|unhealthy|stopped|paused)\b", now))


def test_the_pages_are_short(investigated: Investigated) -> None:
    """Half of the pages have at most 25 lines; `pytest -rP` prints the lines of each."""
    lines = sorted((len(page(investigated(name)).splitlines()), name) for name in RECORDINGS)
    print("\n".join(f"{count:4d}  {name}" for count, name in lines))  # noqa: T201 - the table itself
    assert lines[len(lines) // 2][0] <= 25
