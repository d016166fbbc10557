import importlib.util
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml

from incidentlab.analyse.whatif import REASONS, Facts, Outcome, Setting, replay

ROOT = Path(__file__).parent.parent.parent


def load(name: str) -> ModuleType:
    """Import a script of lab/, which belongs to no package, under the name by which the others import it."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "lab" / f"{name}.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scenario, trial, grid, verify = load("scenario"), load("trial"), load("grid"), load("verify")
FACTS = Facts("auth-service", "postgres", ready=((5.6, math.inf),), temporary=((1.2, 5.5),))
SETTINGS = [setting for _, setting in grid.GRID]


def outcome(at_s: float = math.nan, reason: str = "connected") -> Outcome:
    """Return an outcome of which only time and reason matter."""
    return Outcome(reason == "connected", at_s, 0.0, 0, 0, reason)


def row(predicted: Outcome, real: Outcome, *, replayed: Outcome | None = None, firm: bool = True) -> Any:
    """Return a row for any setting; the replay with the readiness that was seen says what was predicted."""
    return verify.Row(trial.Case(3, Setting()), 4.6, firm, predicted, real, 4.75, replayed or predicted)


# The grid


def test_the_grid_covers_the_settings_that_there_are() -> None:
    """Every policy, both conditions, both kinds of probe, and every reason that a replay gives but the horizon."""
    assert len(grid.GRID) >= verify.FIRM_NEEDED
    assert {setting.restart for setting in SETTINGS} == {"no", "always", "unless-stopped", "on-failure"}
    assert {setting.condition for setting in SETTINGS} == {"service_started", "service_healthy"}
    assert {setting.honest for setting in SETTINGS} == {True, False}
    reached = {replay(verify.later(FACTS, ready_s - 5.6), setting).reason for ready_s, setting in grid.GRID}
    assert reached == set(REASONS) - {"horizon"}


def test_enough_of_the_grid_is_firm() -> None:
    """With the facts of a quiet machine all settings are firm but the last three, which show what is not."""
    firm = [verify.is_firm(verify.later(FACTS, ready_s - 5.6), setting) for ready_s, setting in grid.GRID]
    assert firm == [True] * (len(firm) - 3) + [False] * 3


# Predict


def test_the_facts_are_the_medians_of_the_calibrations() -> None:
    """Three plays, of which one was slow at one thing each: none of that is in the facts."""
    slow = [
        replace(FACTS, boot_s=2.0),
        replace(FACTS, ready=((6.1, math.inf),)),
        replace(FACTS, temporary=((1.9, 5.5),)),
    ]
    assert verify.middle(slow) == FACTS


def test_a_machine_that_does_other_things_is_refused() -> None:
    """Starts of which most differ from the median by more than the slack say nothing about the next."""
    starts = [replace(FACTS, ready=((second, math.inf),)) for second in (5.0, 5.6, 6.7)]
    with pytest.raises(scenario.Unusable, match=r"5\.0 to 6\.7 s"):
        verify.middle(starts)
    assert verify.middle([FACTS, FACTS, *starts]).ready == FACTS.ready


def test_a_longer_initialisation_ends_later_and_begins_when_it_did() -> None:
    """Two seconds more move the end of the temporary server and the readiness, and nothing else."""
    moved = verify.later(FACTS, 2.0)
    assert moved == replace(FACTS, ready=((7.6, math.inf),), temporary=((1.2, 7.5),))


def test_a_prediction_near_a_try_is_not_firm() -> None:
    """A policy's next try is seconds away: whether the one just before readiness meets it decides."""
    after = next(second for second, what in replay(FACTS, Setting(restart="always")).steps if what == "success")
    near = replace(FACTS, ready=((after - 0.5, math.inf),))
    assert not verify.is_firm(near, Setting(restart="always"))
    assert verify.is_firm(near, Setting())


# Play


@pytest.mark.engine
@pytest.mark.parametrize("setting", SETTINGS, ids=grid.words)
def test_compose_reads_the_overlay_as_the_setting(setting: Setting, tmp_path: Path) -> None:
    """What Compose makes of stack and overlay is what the setting says, in Compose's own words."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(trial.overlay(trial.Case(4.5, setting))))
    command = ["docker", "compose", "--file", str(ROOT / "lab" / "compose.yaml"), "--file", str(overlay)]
    done = subprocess.run([*command, "config", "--format", "json"], capture_output=True, text=True, check=True)
    stack = json.loads(done.stdout)["services"]
    service, dependency = stack["auth-service"], stack["postgres"]
    assert dependency["environment"]["INIT_SECONDS"] == "4.5"
    assert service["restart"].split(":") == [setting.restart, *[str(setting.restart_max)] * bool(setting.restart_max)]
    assert service["depends_on"]["postgres"]["condition"] == setting.condition
    assert (service["environment"]["WAIT_FOR_DB"] == "true") == (setting.tries > 1)
    assert int(service["environment"]["DB_TRIES"]) == setting.tries
    assert float(service["environment"]["DB_DELAY_MS"]) == 1000 * setting.initial_s
    assert float(service["environment"]["DB_DELAY_FACTOR"]) == setting.factor
    assert float(service["environment"]["DB_DELAY_CAP_MS"]) == 1000 * setting.cap_s
    if setting.condition == "service_healthy":
        health = dependency["healthcheck"]
        assert ("--host=127.0.0.1" in health["test"]) == setting.honest
        assert health["retries"] == setting.retries
        for name in ("interval", "timeout", "start_period"):
            assert seconds(health[name]) == getattr(setting, f"{name}_s")


def seconds(text: str) -> float:
    """Read a duration as Compose writes it: 500ms, 2s, 0s."""
    number, unit = re.fullmatch(r"([\d.]+)(ms|s)", text).groups()
    return float(number) / (1000 if unit == "ms" else 1)


@pytest.mark.parametrize("other", [{"wait_after_last": False}, {"start_interval_s": 1.0}])
def test_what_the_lab_cannot_set_is_refused(other: dict[str, Any]) -> None:
    """The last wait is in the code of auth-service, and a start interval is dropped by the engine."""
    with pytest.raises(scenario.Unusable, match="waitForDb"):
        trial.overlay(trial.Case(3, replace(Setting(), **other)))


@pytest.mark.parametrize(
    ("container", "reason"),
    [
        ({"state": "created", "restart_policy": "no"}, "dependency_unhealthy"),
        ({"state": "exited", "restart_policy": "no"}, "tries_spent"),
        ({"state": "exited", "restart_policy": "on-failure", "restart_count": 2, "restart_max": 2}, "budget_spent"),
    ],
)
def test_a_container_that_is_given_up_says_why(container: dict[str, Any], reason: str) -> None:
    """Never started: Compose gave up; exited: its tries or its restarts are spent."""
    assert trial.why_not(container) == reason


@pytest.mark.parametrize(("status", "said"), [("exited", b""), ("created", b""), ("running", trial.SUCCESS.encode())])
def test_an_outcome_is_decided_when_nothing_more_will_happen(status: str, said: bytes) -> None:
    """A container that has exited for good, was never started, or has reached its database ends the wait at once."""
    trial.wait(standing(status, said))


def test_a_service_that_tries_for_ever_is_off_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that waits for its next restart is not decided, and the wait ends with that."""
    monkeypatch.setattr(trial, "DECIDED_WITHIN_S", 0.01)
    with pytest.raises(scenario.OffScript, match="still trying"):
        trial.wait(standing("restarting", b"DB connect failed"))


def standing(status: str, said: bytes) -> Any:
    """Put a container in a state on stage."""
    container = SimpleNamespace(status=status, logs=lambda: said)
    engine = SimpleNamespace(containers=SimpleNamespace(list=lambda **_: [container]))
    return scenario.Play(trial.staged(trial.Case(3, Setting())), engine)


@pytest.mark.parametrize("name", ["startup-race", "startup-race-retry", "fixed", "budget-spent", "slow-init"])
def test_what_happened_is_read_as_from_a_recording(name: str, investigated: Any) -> None:
    """The outcome of a recorded scenario is that of its truth, whether tries failed before it or none did."""
    real = trial.happened(investigated(name))
    reasons = {"budget-spent": "budget_spent", "slow-init": "dependency_unhealthy"}
    assert real.reason == reasons.get(name, "connected")
    assert real.recovers == (not math.isnan(real.at_s))
    assert real.failed_tries == sum(what == "try" for _, what in real.steps)
    assert real.restarts == max(0, sum(what == "start" for _, what in real.steps) - 1)


# Compare and tell


@pytest.mark.parametrize(
    ("predicted", "real", "right"),
    [
        (outcome(6.0), outcome(6.9), True),
        (outcome(6.0), outcome(7.1), False),
        (outcome(20.0), outcome(21.9), True),
        (outcome(20.0), outcome(22.1), False),
        (outcome(6.0), outcome(reason="tries_spent"), False),
        (outcome(reason="tries_spent"), outcome(6.0), False),
        (outcome(reason="tries_spent"), outcome(reason="budget_spent"), False),
        (outcome(reason="budget_spent"), outcome(reason="budget_spent"), True),
    ],
)
def test_a_prediction_is_right_for_the_right_reason_and_in_time(predicted: Outcome, real: Outcome, right: bool) -> None:
    """Right means the same reason, and a recovery within 1 s or, where that is more, 10 %."""
    assert verify.alike(predicted, real) is right
    assert row(predicted, real).right is right


def test_both_answers_must_be_right() -> None:
    """A prediction that was right by luck is not: the replay with the readiness that was seen must agree."""
    assert not row(outcome(6.0), outcome(6.25), replayed=outcome(9.0)).right
    assert not row(outcome(9.0), outcome(6.25), replayed=outcome(6.0)).right


def test_one_firm_prediction_that_is_wrong_fails_them_all() -> None:
    """All firm predictions must be right, and there must be enough; what is not firm is not counted."""
    right, wrong = row(outcome(6.0), outcome(6.25)), row(outcome(6.0), outcome(9.0))
    enough = [right] * verify.FIRM_NEEDED
    well, said = verify.verdict([*enough, replace(wrong, firm=False)])
    assert well
    assert said.startswith("of 20 firm settings 20 were predicted right")
    assert said.endswith("0.25 s away")
    assert verify.verdict([*enough, wrong])[0] is False
    assert verify.verdict(enough[1:])[0] is False


def test_the_table_shows_seconds_only_where_there_was_a_recovery() -> None:
    """A recovery has its time, and a readiness that nobody saw no second; both answers say whether they were right."""
    unseen = row(outcome(reason="tries_spent"), outcome(reason="tries_spent"), firm=False)
    rows = [row(outcome(6.0), outcome(6.25), replayed=outcome(9.0)), replace(unseen, seen_s=math.nan)]
    head, _, first, second = verify.table(rows).splitlines()
    assert head.count("|") == first.count("|") == second.count("|")
    said = "| 1 try, restart no | yes | connected 6.25 | 4.60 | connected 6.00 | yes | 4.75 | connected 9.00 | no |"
    assert first == said
    assert second == "| 1 try, restart no | no | tries spent | 4.60 | tries spent | yes |  | tries spent | yes |"


def test_every_setting_of_the_grid_has_its_own_words() -> None:
    """Two settings that differ are not said in the same words."""
    assert len({grid.words(setting) for setting in SETTINGS}) == len(set(SETTINGS))


def test_the_table_replaces_what_stands_between_the_marks() -> None:
    """Writing twice leaves the second table only, and the page around it as it was."""
    begin, end = verify.MARKS
    once = verify.between(f"before\n{begin}{end}after\n", "first\n")
    assert verify.between(once, r"\1 second" + "\n") == f"before\n{begin}\\1 second\n{end}after\n"


def test_the_readme_of_the_lab_has_a_place_for_the_table() -> None:
    """Both marks stand in lab/README.md, once, in order."""
    assert re.findall("|".join(verify.MARKS), verify.PAGE.read_text()) == list(verify.MARKS)


def test_raw_numbers_are_json() -> None:
    """Infinite and missing seconds become null, as JSON has no words for them."""
    assert verify.plain({"ready": ((5.6, math.inf),), "at_s": math.nan}) == {"ready": [[5.6, None]], "at_s": None}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verify", "startup-race"], "lab verify takes no scenario"),
        (["up"], "lab up needs the name of a scenario"),
        (["verify", "--lab", "nowhere"], "no lab at nowhere"),
    ],
)
def test_the_command_takes_a_scenario_for_all_verbs_but_verify(arguments: list[str], says: str) -> None:
    """What is missing or too much is said in one line, with exit status 2, before anything is played."""
    program = Path(sys.executable).with_name("incidentlab")
    done = subprocess.run([program, "lab", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr


# On the engine


@pytest.fixture(scope="module")
def empty_stage() -> Iterator[None]:
    """Have the stage for this module's plays."""
    with trial.stage():
        yield


@pytest.mark.engine
@pytest.mark.usefixtures("empty_stage")
@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        (Setting(restart="on-failure", restart_max=1), "budget_spent"),
        (grid.healthy(1), "connected"),
    ],
    ids=["budget", "healthy"],
)
def test_a_setting_is_played_for_real(setting: Setting, reason: str) -> None:
    """A budget of one restart is spent before Postgres is ready; who waits for health gets through at the first try."""
    real = trial.happened(trial.play(trial.Case(3, setting)))
    assert real.reason == reason == replay(FACTS, setting).reason
    assert real.failed_tries == replay(FACTS, setting).failed_tries
