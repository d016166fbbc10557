"""An audit in words, as JSON, as SARIF, and the changes that it proposes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from incidentlab.cli import app
from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.report.audit import annotated, audited
from incidentlab.report.change import change_lines, overlay

FILE = """\
version: "3.8"
services:
  web:
    image: web
    restart: always
    deploy:
      restart_policy: {condition: on-failure, delay: 5s}
      update_config: {parallelism: 2}
    environment: {API_TOKEN: hunter2xyz}
    healthcheck:
      test: [CMD, web]
      start_interval: 1s
  db:
    image: postgres:16
    healthcheck:
      test: [CMD-SHELL, "pg_isready -U app"]
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write a Compose file with many faults."""
    path = tmp_path / "compose.yaml"
    path.write_text(FILE)
    return path


def test_json_names_file_and_line(written: Path) -> None:
    """Each finding points at the line of the user's own file, with its sources; no secret is printed."""
    done = CliRunner().invoke(app, ["audit", str(written), "--json"])
    told = json.loads(done.output)
    places = {row["rule"]: (row["file"], row["line"]) for row in told["findings"]}
    assert places == {
        "obsolete-version": ("compose.yaml", 1),
        "two-restart-policies": ("compose.yaml", 5),
        "deploy-without-effect": ("compose.yaml", 8),
        "literal-secret": ("compose.yaml", 9),
        "start-interval": ("compose.yaml", 12),
        "socket-probe": ("compose.yaml", 16),
    }
    assert all(row["sources"] for row in told["findings"])
    assert all(row["missing"] for row in told["not_known"])
    assert "hunter2xyz" not in done.output
    assert done.exit_code == 0


@pytest.mark.parametrize(("level", "status"), [("error", 0), ("warning", 1), ("note", 1)])
def test_fail_on_a_level(written: Path, level: str, status: int) -> None:
    """A finding of the level or a worse one makes the command fail, what is not known does not."""
    assert CliRunner().invoke(app, ["audit", str(written), "--fail-on", level]).exit_code == status


def test_sarif_has_a_rule_for_each_result(written: Path) -> None:
    """Results name rules that are described, levels that SARIF knows, and places."""
    done = CliRunner().invoke(app, ["audit", str(written), "--format", "sarif"])
    (run,) = json.loads(done.output)["runs"]
    described = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= described
    assert all(result["level"] in ("error", "warning", "note") for result in run["results"])
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "compose.yaml"
    assert annotated(investigate(load("web-1  | ready\n"))) == []


def test_the_page_says_what_to_change_and_what_is_not_known(written: Path) -> None:
    """The worst comes first, the change is a diff, and what cannot be told names what is missing."""
    text = audited(investigate(load(written))).text
    assert text.index("(warning)") < text.index("(note)") < text.index("Cannot be told")
    assert '-       test: ["CMD-SHELL", "pg_isready -U app"]' in text
    assert '+       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U app"]' in text
    assert "missing: the image of web" in text


def test_a_change_keeps_what_stands_around_it() -> None:
    """A key that is there is replaced, one that is not is added, one that must go is taken away."""
    now = load("services:\n  web:\n    restart: always\n    deploy:\n      update_config: {parallelism: 2}\n").settings
    change = {"restart": None, "deploy.update_config": None, "logging.options.max-size": "10m"}
    assert change_lines("web", change, now) == [
        "  services:",
        "    web:",
        "-     restart: always",
        "      deploy:",
        "-       update_config: ...",
        "+     logging:",
        "+       options:",
        "+         max-size: 10m",
    ]


@pytest.mark.engine
def test_compose_takes_every_change(written: Path) -> None:
    """`docker compose config` reads the file with each change laid over it, and differs in the named keys only."""
    if shutil.which("docker") is None:
        pytest.skip("docker is not installed")
    audit = investigate(load(written)).audit
    before = _config(written)
    for row in audit[audit["change"].notna() & audit["service"].notna()].to_dict("records"):
        change = json.loads(row["change"])
        laid = overlay(row["service"], change)
        if not laid:
            continue
        over = written.parent / "over.yaml"
        over.write_text(yaml.safe_dump(laid))
        after = _config(written, over)
        assert after != before
        for service in before["services"]:
            if service != row["service"]:
                assert after["services"][service] == before["services"][service]
        changed = {key for key, value in after["services"][row["service"]].items()
                   if before["services"][row["service"]].get(key) != value}  # fmt: skip
        assert changed == {key.split(".")[0] for key, value in change.items() if value is not None}


def _config(*files: Path) -> dict[str, dict[str, dict[str, object]]]:
    text = files[0].read_text().replace("      start_interval: 1s\n", "")  # Compose refuses it, as the audit says
    files[0].with_name("base.yaml").write_text(text)
    named = [word for file in (files[0].with_name("base.yaml"), *files[1:]) for word in ("-f", str(file))]
    command = ["docker", "compose", *named, "config", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    told: dict[str, dict[str, dict[str, object]]] = json.loads(done.stdout)
    return told
