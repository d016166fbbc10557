"""Every rule: found where it is broken, silent or not known without what proves it, silent where it is put right."""

import json

import pytest

from incidentlab.analyse.audit import QUESTIONS, audit
from incidentlab.knowledge.rules import RULES
from incidentlab.tables import LEVELS

from .examples import CHECKED, EXAMPLES, SHELL, TELLS_ITS_GAP, box, case, compose, event, image, probe, tried

NEEDS = {
    "file",
    "dockerfile",
    "image",
    "image_files",
    "inspect",
    "engine",
    "events",
    "probes",
    "logs",
    "samples",
    "scan",
}


def states(name: str, place: int) -> list[str]:
    """Return what the audit says of a rule, given one of its examples."""
    found = audit(case(**EXAMPLES[name][place]))
    return found.loc[found["rule"].eq(name), "state"].tolist()


def test_every_rule_has_examples_and_is_whole() -> None:
    """Each entry of the data has three examples, a known level, a source, and names the evidence that it needs."""
    assert set(EXAMPLES) == set(RULES)
    for rule in RULES.values():
        assert rule.level in LEVELS
        assert set(rule.needs) <= NEEDS
        assert rule.sources
        assert rule.remedy


@pytest.mark.parametrize("name", sorted(set(RULES) - {"swap-doubles-limit"}))
def test_a_broken_rule_is_found_once_with_its_place(name: str) -> None:
    """The fault is one finding; it points at a line, and its texts have no name left open."""
    found = audit(case(**EXAMPLES[name][0]))
    rows = found[found["rule"].eq(name)]
    assert rows["state"].tolist() == ["found"]
    (row,) = rows.to_dict("records")
    assert row["line"] >= 1
    assert "{" not in row["sentence"] + row["remedy"]


@pytest.mark.parametrize("name", sorted(RULES))
def test_without_what_proves_it_nothing_is_claimed(name: str) -> None:
    """Without the measurement the same file is no finding: the rule is silent, or says what is missing."""
    assert states(name, 1) == (["not known"] if name in TELLS_ITS_GAP else [])


@pytest.mark.parametrize("name", sorted(RULES))
def test_what_is_put_right_is_no_finding(name: str) -> None:
    """The remedy is in place, and the rule has nothing to say."""
    assert states(name, 2) == []


def test_nothing_is_found_in_nothing() -> None:
    """Without any evidence no rule says anything."""
    assert audit(case()).empty
    assert len(QUESTIONS) == len(set(QUESTIONS))


def test_swap_is_never_found_but_said_to_be_unknown() -> None:
    """Whether the host has swap no evidence tells: it stays a question."""
    assert states("swap-doubles-limit", 0) == ["not known"]


def test_what_is_built_here_may_change_under_its_name() -> None:
    """A service with a `build` runs another image after each build, and its name is meant to stand for the newest."""
    ran = [box(image="web:1"), box(image="web:1", image_id="sha256:j")]
    for build in (".", "{context: .}"):
        told = audit(case(settings=compose(f"  web: {{image: web:1, build: {build}}}\n"), containers=ran))
        assert "tag-moved" not in set(told["rule"])


def test_a_shell_in_a_probe_is_looked_for_in_the_image() -> None:
    """A probe for a shell, in an image without one, is foretold from the files alone."""
    layers = [{"image": "web:1", "image_id": "sha256:i", "layer": 1, "diff_id": "sha256:s", "step": 1}]
    entries = [{"diff_id": "sha256:s", "path": "/node", "kind": "file", "mode": 0o755, "size_bytes": 1}]
    bare = case(
        containers=[box(health_test='["CMD-SHELL", "node probe.js"]')],
        images=[image()],
        layers=layers,
        image_files=entries,
    )
    assert "needs a shell" in audit(bare)["sentence"].iloc[0]


def test_a_probe_that_was_seen_not_to_start_needs_no_image() -> None:
    """Where the engine said that it could not start the probe, that is proof enough."""
    seen = audit(case(settings=compose(CHECKED), probes=[probe(1, "exec_error")]))
    assert "could not be started 1 times: no such file" in seen["sentence"].iloc[0]


def test_a_shell_that_finds_no_command_says_so_whatever_its_line_exits_with() -> None:
    """`|| exit 1` hides exit code 127; the words of the shell do not."""
    test = '["CMD-SHELL", "curl -f localhost || exit 1"]'
    for output, found in (("/bin/sh: 1: curl: not found", True), ("curl: (22) error: 404 not found", False)):
        seen = case(containers=[box(health_test=test)], probes=[probe(1, "fail") | {"output": output}])
        told = audit(seen)
        assert ("could not be started" in " ".join(told["sentence"])) == found


def test_a_job_that_others_wait_for_may_end() -> None:
    """Its failure is told by those who wait for its success; it needs no policy and no named volume."""
    text = "  web: {depends_on: {job: {condition: service_completed_successfully}}}\n  job: {image: job}\n"
    volume = f'[{{"type": "volume", "name": "{"a1" * 32}", "destination": "/data"}}]'
    ended = box("job", state="exited", exit_code=1, mounts=volume)
    found = audit(case(settings=compose(text), containers=[ended]))
    assert not found["rule"].isin(("stays-down", "anonymous-volume")).any()


def test_a_healthcheck_that_is_taken_away_is_not_judged() -> None:
    """`disable` in any spelling of YAML: nothing is said of a probe that never runs, only that nobody asks."""
    text = "  web: {depends_on: [db]}\n  db: {image: db, healthcheck: {disable: yes, test: pg_isready}}\n"
    rules = audit(case(settings=compose(text)))["rule"].tolist()
    assert "no-healthcheck" in rules
    assert "socket-probe" not in rules


def test_what_is_mounted_may_bring_the_program() -> None:
    """With a mount the files of the image do not decide."""
    mounted = '[{"type": "bind", "name": null, "destination": "/tools"}]'
    given = dict(EXAMPLES["healthcheck-program-missing"][0])
    given["containers"] = [given["containers"][0] | {"mounts": mounted}]
    found = audit(case(**given))
    assert found.loc[found["rule"].eq("healthcheck-program-missing"), "state"].tolist() == ["not known"]


def test_a_stop_that_was_quick_clears_the_shell() -> None:
    """A shell as process 1 that was seen to stop in time is no finding and no question."""
    quick = [event(0, "kill", signal=15), event(0.2, "die", exit_code=143), event(0.3, "stop")]
    assert "shell-swallows-stop" not in audit(case(containers=[SHELL], events=quick))["rule"].tolist()


def test_failures_after_the_server_was_ready_are_no_race() -> None:
    """A refused login is no reason to wait, and neither is what fails later."""
    given = EXAMPLES["depends-without-health"][0]
    for other in ([tried(1, kind="auth")], [tried(9)]):
        assert "depends-without-health" not in audit(case(**given | {"attempts": other}))["rule"].tolist()


def test_the_change_is_a_key_of_the_file_and_its_value() -> None:
    """What to change is data: a key in the long form, and what to write there."""
    found = audit(case(**EXAMPLES["start-period-too-short"][0]))
    assert json.loads(found["change"].iloc[0]) == {"healthcheck.start_period": "14s"}
