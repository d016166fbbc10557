"""What people are told to do: no advice destroys, and what is printed to be copied can be copied."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from incidentlab.knowledge.causes import CAUSES, NEXT, PROBES, instructions, texts
from incidentlab.tables import CATEGORIES

ROOT = Path(__file__).parent.parent
DESTROYS = re.compile(
    r"\bdown\b[^`\n&|;]*\s(?:-\w*v\w*|--volumes)\b|\bvolume (?:rm|remove|prune)\b"
    r"|\b(?:system|container|image|network|builder) prune\b|\brm\s+-\w*[rRfv]|\b(?:docker|podman|compose) rm\b"
    r"|\bdropdb\b|\bDROP\s+(?:DATABASE|TABLE|SCHEMA|USER|ROLE)\b|\bTRUNCATE\b|\bFLUSH(?:ALL|DB)\b|pg_resetwal"
    r"|\breset --hard\b|\bclean -\w*[fdx]|\bch(?:own|mod)\s+(?:-\w*R|--recursive)|\b(?:mkfs|dd if=|shred)\b"
    r"|--renew-anon-volumes|\bup\b[^`\n]*\s-V\b|\bmigrate reset\b|\bdb:(?:drop|reset)\b"
)
"""Commands that delete data, containers, images or the owner of files."""

NAMES = {
    "service": "app", "dependency": "db", "project": "shop", "host": "db", "port": "5432", "image": "app:1",
    "holder": "shop-app-run-1", "meant": "db",
    "role": "app", "path": "/srv/x", "program": "node", "subject": "x", "probe": PROBES["postgres"],
}  # fmt: skip


def advice() -> Iterator[tuple[str, str]]:
    """Give everything that people are told to do: where it stands, and the text."""
    for name, cause in CAUSES.items():
        for step in (*cause.remedy, *cause.verify):
            yield from ((f"causes: {name}", text) for text in texts(step))
    yield from (("causes: next", text) for text in texts(NEXT))
    for module in sorted((ROOT / "lib").rglob("*.py")):
        tree = ast.parse(module.read_text())
        strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        yield from ((str(module.relative_to(ROOT)), text) for text in strings if isinstance(text, str))
    for file in sorted([*ROOT.glob("*.md"), *(ROOT / "notebooks").rglob("*.*")]):
        if file.suffix in (".md", ".yaml"):
            yield str(file.relative_to(ROOT)), file.read_text()
        elif file.suffix == ".ipynb":
            yield str(file.relative_to(ROOT)), "\n".join(_cells(json.loads(file.read_text())))


def _cells(notebook: dict) -> Iterator[str]:
    for cell in notebook["cells"]:
        yield "".join(cell["source"])
        if "report.table(" in "".join(cell["source"]):
            continue  # rows of evidence, such as the steps of an image, tell nobody what to do
        for output in cell.get("outputs", ()):
            for said in (output.get("text", ""), *output.get("data", {}).values()):
                yield "".join(said) if isinstance(said, list) else str(said)


def test_no_advice_destroys_unmarked() -> None:
    """A command that destroys something says in the same line what is gone: in remedies, pages and lessons."""
    bare = [
        (place, line.strip())
        for place, text in advice()
        for line in text.splitlines()
        if DESTROYS.search(line) and "(destroys: " not in line
    ]
    assert bare == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_harmless_command_comes_first(category: str) -> None:
    """Before the first command that destroys stands one that does not."""
    cause = CAUSES[category]
    commands = [
        line for step in (*cause.remedy, *cause.verify) for line in texts(step)[0].splitlines() if "docker " in line
    ]
    commands += [line for line in "\n".join(texts(cause.remedy[0])).splitlines() if line.startswith("  ")]
    assert not commands or not DESTROYS.search(commands[0])


def test_the_eye_for_what_destroys_sees() -> None:
    """Each way to destroy that is known is found, and what only stops or looks is not."""
    for command in (
        "docker compose down -v && docker compose up", "docker compose down --volumes", "docker volume rm db",
        "dropdb app", "docker system prune -af", "rm -rf ./data", "DROP DATABASE app", "git reset --hard",
        "chown -R 999 ./data", "docker compose up -d -V", "docker compose rm -f db",
    ):  # fmt: skip
        assert DESTROYS.search(command), command
    for command in ("docker compose down", "docker volume ls", "docker compose run --rm app id", "docker system df -v"):
        assert not DESTROYS.search(command), command


def test_every_category_has_its_entry() -> None:
    """The categories of the diagnosis and the causes that are known are the same."""
    assert set(CAUSES) == set(CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("names", [{}, {"service": "app"}, NAMES], ids=["nameless", "service", "all"])
def test_there_is_always_something_to_say(category: str, names: dict[str, str]) -> None:
    """Whatever is known, the remedy says something, and no word of it waits to be replaced by the reader."""
    said = "\n".join(instructions(CAUSES[category].remedy, names) + instructions(CAUSES[category].verify, names))
    assert said
    assert not re.search(
        r"\b(?:SERVICE|DEPENDENCY|CONTAINER|HOST|PORT|OTHER|USER|PATH|PROGRAM|IMAGE|SCRIPT)\b(?!=)",
        said.replace("its PATH", ""),
    )
    assert not re.search(r"(?<!\{)\{[a-z_]+\}", said)


def blocks() -> Iterator[tuple[str, str]]:
    """Give every piece of a Compose file that a remedy prints."""
    for name, cause in CAUSES.items():
        for step in cause.remedy:
            for text in texts(step):
                [filled] = instructions([re.sub(r"^\[[\w ]+\] ", "", text)], NAMES) or [""]
                if "\n  services:" in filled:
                    yield name, filled.partition("\n")[2]


@pytest.mark.parametrize(("category", "block"), list(blocks()))
def test_a_printed_piece_of_compose_holds_together(category: str, block: str) -> None:
    """It is YAML, and who is to be healthy has a healthcheck in the same piece, unless it is known to have one."""
    services = yaml.safe_load(block)["services"]
    for service in services.values():
        for needed in service.get("depends_on", {}):
            known = any("[healthcheck]" in text and "depends_on:" in text for text in texts(CAUSES[category].remedy[0]))
            assert "healthcheck" in services.get(needed, {}) or known
