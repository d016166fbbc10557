"""What speaks against a hypothesis about a server that was not reached: facts for the loop of `refutations`."""

from __future__ import annotations

from incidentlab import tables
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, later
from incidentlab.knowledge import SERVERS
from incidentlab.knowledge.readings import READINGS

Fact = tuple[str, Record]

REACHING = ("wrong_host", "dns_failure", "network_timeout", "startup_race", "dependency_outage")
"""Categories that tell of a server that was not reached."""

_LAST_TRIES = 10
"""As many tries in vain fit between the stop of a server and that of its client."""

_OUTRIGHT = 3
"""The exactness of what names a fault."""


def own_server(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the server that was asked at loopback runs in the same container: its lines stand in the same log."""
    if found.category != "wrong_host" or not _loopback(found):
        return None
    kinds = {server.name for server in SERVERS if found.port in server.ports}
    kind = case.kinds.get(found.service or "") or next(iter(case.server_words(found.service)), None)
    ready = case.works(found.service) if kind in kinds else None
    if kind is None or kind not in kinds:
        return None
    return f"the {kind} server itself runs in that container", ready or found.signs[-1]


def reached_later(_: Case, found: Hypothesis) -> Fact | None:
    """Hold that the same place answered later: what was refused, unknown or slow once is not wrong for good."""
    if found.won is None or (found.category not in ("wrong_host", "network_timeout") and found.kind != "outside"):
        return None
    return "it was reached later", found.won


def optional(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that what was not reached is a part that programs do without, and that this one did its work after it.

    Sources: OpenTelemetry, "error handling" (an exporter must not end its program); Spring Cloud Config,
    `spring.cloud.config.fail-fast` (false by default); Netflix Eureka's client, which retries in the background.
    """
    if found.category not in REACHING or found.won is not None or not _works_later(case, found):
        return None
    if not all(case.bears("optional", row) for row in found.signs):
        return None
    return "programs do without this part", found.signs[-1]


def started_without(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the program says afterwards that it has started, and never ended: its main work does not need it.

    That a program listens after refusals at its own loopback proves no success there: nothing moved in.
    """
    if found.category not in REACHING or fell(case, found) or (found.won is not None and not _only_listens(found)):
        return None
    ready = next((row for row in case.listens(found.service) if later(row, found.signs[-1])), None)
    return ("the program started without it", ready) if ready is not None else None


def waited_on_purpose(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the program said beforehand that it waits for the other, got through, and nothing was harmed.

    A wait loop is the remedy for a race, not its victim.
    """
    if found.category != "startup_race" or found.won is None or found.harm is not None or fell(case, found):
        return None
    waits = [row for row in case.failed_by.get(found.service or "", []) if row["kind"] == "waiting"]
    before = [row for row in waits if not later(row, found.signs[0])]
    return ("it waits on purpose, and got through", before[0]) if before else None


def not_the_last(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the service fell after something else, which it named outright, and went on after this.

    The nearest words before an end explain it; what a program survived does not.
    """
    if found.category not in REACHING:
        return None
    after = [row for row in case.failed_by.get(found.service or "", []) if later(row, found.signs[-1])]
    exact = [row for row in after if row["kind"] in READINGS and READINGS[row["kind"]].exactness == _OUTRIGHT]
    if not exact:
        return None
    final = READINGS[exact[-1]["kind"]].hard and found.category == "wrong_host" and found.service is None
    return ("it ended after something else, which it names", exact[-1]) if final or fell(case, found) else None


def told_right_after(case: Case, found: Hypothesis) -> Record | None:
    """Return the line by which a service that had worked is told to stop after a few tries, where others are too."""
    if found.category not in REACHING or len(found.signs) > _LAST_TRIES or not found.service:
        return None
    spoken = case.spoken_after(found.service, found.signs[-1]).head(1)
    worked = case.works(found.service)
    if worked is None or later(worked, found.signs[0]) or spoken.empty:
        return None
    stops = case.logs.iloc[case.marks.loc[case.marks["kind"] == "stop_word", "row"].astype(int)]
    if not spoken.index.isin(stops.index).any():
        return None
    return tables.records(spoken)[0] if stops["service"].nunique() > 1 else None


def fell(case: Case, found: Hypothesis) -> bool:
    """Say whether the service of a hypothesis ended, and nobody had asked for it."""
    return bool(found.service) and bool(case.crashes(found.service))


def _works_later(case: Case, found: Hypothesis) -> bool:
    return case.works(found.service, found.signs[-1]) is not None


def _only_listens(found: Hypothesis) -> bool:
    """Say whether the success is only that the program listens, after tries at its own loopback."""
    return found.category == "wrong_host" and found.won is not None and "phase" in found.won


def _loopback(found: Hypothesis) -> bool:
    return any(row["target_by"] == "loopback" for row in found.signs)
