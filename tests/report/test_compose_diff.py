from collections.abc import Callable

import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.investigate import Investigation
from incidentlab.report.answer import page
from incidentlab.report.compose_diff import compose_diff

Investigated = Callable[[str], Investigation]


@pytest.mark.parametrize(
    ("recording", "before", "after"),
    [
        ("startup-race", "condition: service_started", "condition: service_healthy"),
        ("false-healthy", '"pg_isready", "--username', '"pg_isready", "--host=127.0.0.1", "--username'),
        ("port-conflict", '- "127.0.0.1:8080:3000"', '- "127.0.0.1::3000"'),
    ],
)
def test_the_change_is_made_in_the_user_s_own_lines(
    recording: str, before: str, after: str, investigated: Investigated
) -> None:
    """What is removed stands in the captured Compose file, and the page shows both lines as they are."""
    found = investigated(recording)
    change = compose_diff(tables.records(found.findings)[0], found.incident.services)
    removed, added = change[-2:]
    assert removed.startswith("- ")
    assert before in removed
    assert added.startswith("+ ")
    assert after in added
    assert removed in page(found)


def rows(*services: dict[str, object]) -> pd.DataFrame:
    """Return services of a Compose file as the capture knows them."""
    return tables.rows(list(services), tables.SERVICES)


RACE = {"category": "startup_race", "service": "app", "dependency": "db"}
WAITS = {"service": "app", "depends_on": '{"db": "service_started"}'}


def test_who_is_to_be_healthy_gets_a_healthcheck() -> None:
    """Compose refuses service_healthy on a service without a healthcheck: the change gives it one, for its kind."""
    change = compose_diff(RACE, rows(WAITS, {"service": "db", "image": "mariadb:11"}))
    assert any("condition: service_healthy" in line and line.startswith("+") for line in change)
    assert any("mariadb-admin ping" in line and line.startswith("+") for line in change)
    assert "pg_isready" not in "".join(change)


def test_a_healthcheck_of_the_image_is_one() -> None:
    """What the image brings with it need not be written again."""
    deployed = tables.rows([{"service": "db", "health_test": '["CMD", "check"]'}], tables.CONTAINERS)
    change = compose_diff(RACE, rows(WAITS, {"service": "db", "image": "own"}), containers=deployed)
    assert not any("healthcheck" in line for line in change)
    assert change


@pytest.mark.parametrize("image", ["own/flask", None])
def test_no_probe_is_made_up(image: str | None) -> None:
    """For a server of an unknown kind without a healthcheck there is no diff: words say what is wanted."""
    assert compose_diff(RACE, rows(WAITS, {"service": "db", "image": image})) == []


def test_no_circle_is_made() -> None:
    """A dependency that waits for its client already cannot be waited for: Compose refuses a cycle."""
    db = {
        "service": "db",
        "image": "postgres",
        "health_test": '["CMD", "x"]',
        "depends_on": '{"app": "service_started"}',
    }
    assert compose_diff(RACE, rows({"service": "app", "depends_on": "{}"}, db)) == []


def test_without_the_file_there_is_no_diff(investigated: Investigated) -> None:
    """A pasted log knows no Compose file: only the remedy's words are given."""
    finding = tables.records(investigated("startup-race").findings)[0]
    assert compose_diff(finding, tables.empty(tables.SERVICES)) == []


def test_what_is_right_already_is_not_changed(investigated: Investigated) -> None:
    """A condition that is service_healthy, or a cause that no line of the file mends, gives no diff."""
    services = investigated("fixed").incident.services
    race = {"category": "startup_race", "service": "auth-service", "dependency": "postgres"}
    assert compose_diff(race, services) == []
    assert compose_diff(race | {"category": "disk_full"}, services) == []
