"""The page of experiments says what scenarios and recordings say."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

LAB = Path(__file__).parent.parent.parent / "lab"


@pytest.fixture(scope="module")
def experiments() -> ModuleType:
    """Import the script, which belongs to no package, after the one that it needs."""
    for name in ("scenario", "experiments"):
        spec = importlib.util.spec_from_file_location(name, LAB / f"{name}.py")
        assert spec
        assert spec.loader
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_recordings_say(experiments: ModuleType) -> None:
    """Commands, titles and every observed number of the page are those of the scenarios and recordings of today."""
    page = experiments.PAGE.read_text()
    assert experiments.renewed(page) == page
    assert page.count("**Observed**") == len(experiments.EXPECTED)


def test_a_step_is_the_command_that_a_person_types(experiments: ModuleType) -> None:
    """What is done stands before the pause and what ends it after; waiting and starting the stack are no commands."""
    taken = [("up", None), ("wait", {}), ("disconnect", "redis"), ("sleep_s", 15), ("connect", "redis")]
    done, ended = experiments.acts(taken)
    assert done == ["docker network disconnect payflow_default payflow-redis-1"]
    assert ended == ["docker network connect --alias redis payflow_default payflow-redis-1"]
    assert list(experiments.commands("run", ["exec", "redis", "a b"])) == [
        "docker compose --project-name payflow exec redis 'a b'"
    ]


def test_only_what_can_be_done_to_the_mended_stack_is_shown_by_hand(experiments: ModuleType) -> None:
    """A scenario that changes more than a healthcheck is staged whole: its fault is in its overlay."""
    assert not experiments.planted({})
    assert not experiments.planted({"services": {"redis": {"healthcheck": {"interval": "2s"}}}})
    assert experiments.planted({"services": {"redis": {"restart": "no"}}})
    assert experiments.planted({"volumes": {"data": {}}})
