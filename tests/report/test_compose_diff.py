from collections.abc import Callable

import pytest

from incidentlab import tables
from incidentlab.report.answer import page
from incidentlab.report.compose_diff import compose_diff
from incidentlab.report.investigation import Investigation

Investigated = Callable[[str], Investigation]


@pytest.mark.parametrize(
    ("recording", "before", "after"),
    [
        ("startup-race", "condition: service_started", "condition: service_healthy"),
        ("false-healthy", '"pg_isready", "--username', '"pg_isready", "--host=127.0.0.1", "--username'),
        ("healthcheck-exec", 'test: ["CMD", "node", ', 'test: ["CMD", "/FULL/PATH/OF/node", '),
        ("port-conflict", '- "8080:3000"', '- "OTHER:3000"'),
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
