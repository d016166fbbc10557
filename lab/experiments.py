"""Writes docs/experiments.md anew: each experiment as its scenario stages it and as its recording shows it.

    python lab/experiments.py

What is expected stands in experiments.yaml. The commands are those of the scenario's steps, and what was observed is
what `incidentlab diagnose` says of the recording in `data/`, so neither can drift from what was played.
"""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import yaml

import incidentlab
from incidentlab.report.answer import page
from scenario import LAB, PROJECT, Scenario, read, steps

PAGE = LAB.parent / "docs" / "experiments.md"
BEGIN, END = "<!-- written by experiments.py: begin -->\n", "<!-- written by experiments.py: end -->\n"
EXPECTED: dict[str, str] = yaml.safe_load((LAB / "experiments.yaml").read_text())
"""scenario -> what is expected of it, in the order of the page"""


def main() -> None:
    """Put the experiments between the marks of the page."""
    PAGE.write_text(renewed(PAGE.read_text()))


def renewed(text: str) -> str:
    """Return the page with its experiments as scenarios and recordings have them today."""
    told = BEGIN + "\n".join(section(read(name)) for name in EXPECTED) + END
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: told, text, flags=re.DOTALL)


def section(staged: Scenario) -> str:
    """Return one experiment: what is done and how it is ended, what is expected, what was observed."""
    name = staged.name
    done, ended = ([], []) if planted(staged.overlay) else acts(steps(staged))
    stack = "fixed" if done else name
    begin = "\n".join([f"incidentlab lab up {stack}", *done])
    end = "\n".join(ended or [f"incidentlab lab down {stack}   # the stack is gone, with its volumes"])
    said = "\n".join(f"- {line}" for line in observed(name))
    return (
        f"### {name}: {staged.title}\n\n**Expected.** {EXPECTED[name].strip()}\n\n"
        f"```bash\n{begin}\n# ended by\n{end}\n```\n\n"
        f"**Observed** in [the recording](../data/{name}/README.md):\n\n{said}\n"
    )


def planted(overlay: dict[str, Any]) -> bool:
    """Tell whether a scenario changes more of the stack than how often it is probed."""
    changed = {key for service in overlay.get("services", {}).values() for key in service}
    return bool(set(overlay) - {"services"} or changed - {"healthcheck"})


def observed(name: str) -> list[str]:
    """Return what a recording shows: the state at its end, cause and consequences, who ended, who was unhealthy."""
    found = incidentlab.investigate(incidentlab.load(LAB.parent / "data" / name))
    cause, *others = page(found).split("\n\n")
    followed = [part for part in others if part.startswith("What followed from it")]
    said = [*cause.split("\n  - ")[:2], *(line for part in followed for line in part.split("\n  - ")[1:])]
    events = found.incident.events
    died = events[events["action"].eq("die")].groupby("service")["exit_code"].agg(["size", "last"])
    ends = [f"{service} {count}x (exit code {code})" for service, count, code in died.itertuples(name=None)]
    sick = sorted(set(events.loc[events["detail"].eq("unhealthy"), "service"]))
    return [
        *(" ".join(line.split()) for line in said),
        f"Containers that ended: {', '.join(ends) or 'none'}. Called unhealthy: {', '.join(sick) or 'nobody'}.",
    ]


def acts(taken: list[tuple[str, Any]]) -> tuple[list[str], list[str]]:
    """Return the commands that a scenario gives before it lets time pass, and those after."""
    past = next((place for place, (verb, _) in enumerate(taken) if verb == "sleep_s"), len(taken))
    done, ended = ([line for step in part for line in commands(*step)] for part in (taken[:past], taken[past:]))
    return done, ended


def commands(verb: str, argument: Any) -> Iterator[str]:
    """Yield the command that a step is, as a person types it; none for what only waits or brings the stack up."""
    if verb == "run":
        yield shlex.join(["docker", "compose", "--project-name", PROJECT, *argument])
    elif verb == "connect":
        yield f"docker network connect --alias {argument} {PROJECT}_default {PROJECT}-{argument}-1"
    elif verb == "disconnect":
        yield f"docker network disconnect {PROJECT}_default {PROJECT}-{argument}-1"


if __name__ == "__main__":
    main()
