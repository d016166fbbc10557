import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml

from incidentlab.tables import CATEGORIES

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "lab" / "scenario.py"
DATA = ROOT / "data"


def load() -> ModuleType:
    """Import lab/scenario.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("lab_scenario", SCRIPT)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scenario = load()
NAMES = scenario.names()
RECORDED = [name for name in NAMES if (DATA / name / "ground-truth.json").is_file()]


def play(steps: list[Any], engine: Any = None) -> Any:
    """Put a scenario that only has steps on stage."""
    return scenario.Play(scenario.Scenario("made-up", "", "", {}, steps, {}), engine)


def services(name: str) -> set[str]:
    """Return the services that the stack has in a scenario."""
    stack = yaml.safe_load((ROOT / "lab" / "compose.yaml").read_text())
    return {*stack["services"], *scenario.read(name).overlay.get("services", {})}


def waits(steps: list[Any]) -> list[dict[str, Any]]:
    """Return the arguments of all `wait` steps."""
    return [step["wait"] for step in steps if isinstance(step, dict) and "wait" in step]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_says_what_it_is(name: str) -> None:
    """Every file of lab/scenarios has a title of one line, a description, an overlay and steps."""
    told = scenario.read(name)
    assert told.title
    assert "\n" not in told.title
    assert told.description.strip()
    assert isinstance(told.overlay, dict)
    assert told.steps


@pytest.mark.parametrize("name", NAMES)
def test_a_truth_uses_the_words_of_the_contract(name: str) -> None:
    """The category is one of the contract's, the services exist, and nothing recovered what did not recover."""
    truth = dict(scenario.read(name).truth)
    also = truth.pop("also", [])
    assert list(truth) == ["category", "service", "dependency", "recovered", "what_recovered", "notes"]
    assert truth["category"] in CATEGORIES
    assert {truth["service"], truth["dependency"], *also} - {None} <= services(name)
    assert truth["service"] or truth["category"] == "benign"
    assert truth["what_recovered"] in ("none", "restart_policy", "retry", "human")
    assert truth["recovered"] or truth["what_recovered"] == "none"


@pytest.mark.parametrize("name", NAMES)
def test_every_step_can_be_taken(name: str) -> None:
    """Every verb is known, and every wait names a service of the stack and one condition."""
    told = scenario.read(name)
    assert scenario.steps(told)
    for argument in waits(told.steps):
        assert argument["service"] in services(name)
        [condition] = set(argument) - {"service", "timeout_s"}
        assert condition in scenario.CONDITIONS


@pytest.mark.parametrize("name", RECORDED)
def test_the_truth_beside_a_recording_is_that_of_its_scenario(name: str) -> None:
    """The ground truth of a recording is what the scenario says today."""
    assert json.loads((DATA / name / "ground-truth.json").read_text()) == scenario.read(name).truth


@pytest.mark.engine
@pytest.mark.parametrize("name", NAMES)
def test_compose_accepts_the_overlay(name: str, tmp_path: Path) -> None:
    """Compose merges the overlay into the stack without an error."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(scenario.read(name).overlay))
    files = ["--file", str(ROOT / "lab" / "compose.yaml"), "--file", str(overlay)]
    done = subprocess.run(
        ["docker", "compose", *files, "config", "--quiet"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", ["up", "record", "down"])
def test_an_unknown_scenario_is_refused_in_one_line(verb: str) -> None:
    """A name that is no scenario ends with status 2 and one line that names those there are."""
    done = subprocess.run([sys.executable, SCRIPT, verb, "no-such"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no scenario 'no-such'" in done.stderr
    assert "startup-race" in done.stderr


@pytest.mark.parametrize("step", ["dance", {"dance": 1}, {"fails": {"step": "dance", "saying": "no"}}])
def test_an_unknown_verb_is_refused_before_anything_is_played(step: Any) -> None:
    """A step that nobody can take is unusable, also inside `fails`."""
    with pytest.raises(scenario.Unusable, match="no step 'dance'"):
        scenario.steps(play([step]).scenario)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the engine refuse to start the stack."""

    def refuse(_: Any, __: Any) -> None:
        raise scenario.OffScript("port is already allocated")

    monkeypatch.setitem(scenario.STEPS, "up", refuse)


@pytest.mark.usefixtures("refused")
def test_a_step_that_must_fail_fails() -> None:
    """`fails` accepts the failure that it expects, and notes what was said."""
    stage = play([])
    scenario.fails(stage, {"step": "up", "saying": "already allocated"})
    assert [text for _, text in stage.taken] == ["port is already allocated"]


@pytest.mark.usefixtures("refused")
def test_a_step_may_not_fail_otherwise() -> None:
    """A failure that says something else than expected is not the planted one."""
    with pytest.raises(scenario.OffScript, match="already allocated"):
        scenario.fails(play([]), {"step": "up", "saying": "is unhealthy"})


def test_a_step_that_must_fail_may_not_succeed() -> None:
    """When the step inside `fails` goes well, the scenario has not gone as written."""
    with pytest.raises(scenario.OffScript, match="sleep_s did not fail"):
        scenario.fails(play([]), {"step": {"sleep_s": 0}, "saying": "anything"})


@pytest.mark.parametrize(
    ("container", "met"),
    [
        (SimpleNamespace(status="running", health="unhealthy"), True),
        (SimpleNamespace(status="exited", health="unhealthy"), False),
    ],
)
def test_only_a_running_container_has_a_health(container: Any, met: bool) -> None:
    """The health of a container that does not run is the engine's leftover, and does not end a wait."""
    assert scenario.CONDITIONS["health"](container, "unhealthy") is met


def test_a_wait_that_is_in_vain_ends() -> None:
    """After its timeout a wait says what it waited for."""
    engine = SimpleNamespace(containers=SimpleNamespace(list=lambda **_: []))
    with pytest.raises(scenario.OffScript, match="redis: state was not 'running' within 0 s"):
        scenario.wait(play([], engine), {"service": "redis", "state": "running", "timeout_s": 0})
