from collections.abc import Callable

import pytest

from incidentlab.analyse import backoff, health, restarts, whatif
from incidentlab.incident import Incident
from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.report import (
    as_it_was,
    facts,
    health_said,
    measured,
    readiness,
    recommended,
    restarts_said,
    retries_said,
    whatif_said,
)
from incidentlab.tables import BadParameter

Investigated = Callable[[str], Investigation]
Recorded = Callable[[str], Incident]
PAIR = ("auth-service", "postgres")


def test_a_crash_loop_is_told_with_its_count_and_its_residuals(investigated: Investigated) -> None:
    """Twelve restarts by policy, the longest delay a minute, and what the engine needed beyond it."""
    found = investigated("crash-loop")
    incident = found.incident
    ladder = restarts.restarts(found.lifetimes, incident.events, incident.containers)
    ends = restarts.loop_end(found.lifetimes, incident.events, incident.containers, ladder)
    text = " ".join(restarts_said(ladder, ends).text.split())
    assert "was restarted 12 times: 12 by policy" in text
    assert "the longest delay was 60 s" in text


def test_of_restarts_nothing_is_claimed_where_none_can_be_seen() -> None:
    """Lines alone show no start and no end: that is said, in place of a count of none."""
    found = investigate(load("app-1  | boom\n" * 3))
    assert "not known" in restarts_said(found.restarts, found.loop_ends, runs=found.lifetimes).text


def test_retries_are_held_against_the_declared_policy(investigated: Investigated) -> None:
    """The reference's waitForDb is recognised, and what three tries cannot tell is said."""
    found = investigated("startup-race-retry")
    series = backoff.backoff(found.attempts)
    declared = backoff.Policy(tries=15, initial_s=2.0, factor=1.5, cap_s=10.0)
    text = " ".join(retries_said(series, backoff.compare(found.attempts, declared)).text.split())
    assert "as declared" in text
    assert "too few gaps" in text


def test_a_probe_that_cannot_run_is_no_failure_of_the_service(investigated: Investigated) -> None:
    """Exec errors are counted by that name, beside the state that they led to."""
    found = investigated("healthcheck-exec")
    incident = found.incident
    states = health.health(incident.probes, incident.containers, found.lifetimes, incident.events)
    text = health_said(states).text
    assert "auth-service: starting then unhealthy; probes: 7 exec errors" in text


def test_what_would_have_helped_comes_first(investigated: Investigated) -> None:
    """Settings that recover are listed before those that do not; the incident's own did not."""
    found = investigated("startup-race-down")
    known, actual = facts(found, *PAIR), as_it_was(found, *PAIR)
    replays = whatif.replays(known, whatif.alternatives(actual))
    text = " ".join(whatif_said(replays, known.note).text.split())
    assert text.index("restart: on-failure: recovers") < text.index("as it was: does not recover")
    assert "its restart budget is spent" in text
    assert "auth-service" in measured(known).text


def test_a_fix_is_told_from_luck(investigated: Investigated) -> None:
    """Waiting for health is a clean fix, a policy without limit works, and a budget that just sufficed is luck."""
    found = investigated("startup-race")
    known = facts(found, *PAIR)
    settings = {
        "waits": whatif.Setting(condition="service_healthy", interval_s=1.0, start_period_s=30.0),
        "always": whatif.Setting(restart="on-failure"),
        "just": whatif.Setting(restart="on-failure", restart_max=6),
        "once": whatif.Setting(),
    }
    told = whatif.replays(known, settings).set_index("value")
    assert told["verdict"].to_dict() == {"waits": "clean", "always": "works", "just": "luck", "once": "none"}
    assert told.loc["just", "holds_to_s"] < 2 * known.ready[0][0]
    assert "Only luck" in whatif_said(told.reset_index(), "").text


def test_the_unhealthy_service_comes_first_with_what_its_probe_printed(investigated: Investigated) -> None:
    """Who is unhealthy leads, and the output of its last failed probe stands there with its place."""
    found = investigated("healthcheck-exec")
    text = health_said(found.health, found.incident.probes).text
    assert text.startswith("Unhealthy: auth-service")
    assert "executable file not found" in text.partition("The others")[0]


def test_the_setting_of_the_incident_is_read_off_the_evidence(investigated: Investigated) -> None:
    """Restart policy, condition and honesty of the probe are those of the recording."""
    race, fooled = as_it_was(investigated("startup-race"), *PAIR), as_it_was(investigated("false-healthy"), *PAIR)
    assert (race.restart, race.condition, race.tries, race.honest) == ("on-failure", "service_started", 1, True)
    assert (fooled.condition, fooled.honest) == ("service_healthy", False)
    assert as_it_was(investigated("startup-race-retry"), *PAIR).tries > 1


def test_one_start_supports_no_certainty(investigated: Investigated, recorded: Recorded) -> None:
    """A recommendation from a single start says that it is not supported."""
    found = investigated("startup-race")
    ready = readiness([recorded("startup-race")], "postgres")
    budget = whatif.recommend(facts(found, *PAIR), whatif.Setting(), "tries", range(1, 9), ready, probability=0.9)
    assert not bool(budget["supported"].iloc[0])
    assert "do not support" in " ".join(recommended(budget).text.split())


def test_a_start_never_seen_ready_is_censored(recorded: Recorded) -> None:
    """An incident in which the dependency never became ready counts for as long as it was looked at."""
    ready = readiness([recorded("startup-race"), recorded("dependency-unhealthy")], "postgres")
    assert len(ready) == 2
    assert ready["duration_s"].gt(0).all()


def test_without_a_dependency_there_is_nothing_to_replay(investigated: Investigated) -> None:
    """A missing name is an error that says what to set."""
    with pytest.raises(BadParameter, match="set service and dependency"):
        facts(investigated("fixed"), None, None)
