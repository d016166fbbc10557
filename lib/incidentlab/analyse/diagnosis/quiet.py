"""When there is nothing to accuse: a quiet log, or one that does not decide. Both are answers."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, missing, series

SURE_ENOUGH = 0.5
"""Below this, a hypothesis is a candidate and no verdict: of two such accusations one would be wrong."""

_NOTHING = 0.45
"""Below this, a hypothesis does not keep a log from being called quiet."""


_LISTED = r"\bExited \([1-9]\d*\) |\bExit [1-9]\d*(?: {2}|\s*$)|\bRestarting \(\d+\) |\(unhealthy\)"
"""What `docker ps` and `docker-compose ps` say of a container that ended, restarts, or fails its probes."""

_PATIENCE = 3
"""As many lines of waiting, with nothing after them, are a wait in vain."""


def verdict(case: Case, roots: list[Hypothesis]) -> Hypothesis | None:
    """Return benign or unknown where no root is sure enough; None where one is."""
    if any(root.confidence >= SURE_ENOUGH for root in roots):
        return None
    troubled = _troubled(case)
    if troubled or any(root.confidence >= _NOTHING for root in roots):
        return _unknown(case, troubled, roots)
    again = _again(case)
    if again is not None:
        return again
    shown = _sign(case)
    if shown is None:
        return _unknown(case, troubled, roots) if roots else _silent()
    found = Hypothesis("benign", None, 0.85, "Nothing in the evidence failed.", weight=0)
    found.rows = [evidence("for", "it works", shown)]
    return found


def _sign(case: Case) -> Record | None:
    """Return what shows that something works: a line, a passed probe, a success at the end, a container that runs."""
    works = next((row for name in [*sorted(case.names), None] if (row := case.works(name)) is not None), None)
    ended = [row | {"message": "exited with code 0"} for row in case.ends(None) if row["exit_code"] == 0]
    passed = case.probes[case.probes["outcome"] == "pass"].head(1)
    runs = case.containers[case.containers["state"] == "running"].head(1)
    told = [row | {"ts": row["end"], "message": "probe passed"} for row in tables.records(passed)]
    told += [row | {"ts": row["started"], "message": "State.Status: running"} for row in tables.records(runs)]
    return works or next(iter([*ended, *told]), None)


def _again(case: Case) -> Hypothesis | None:
    """Return the answer to a log that says one beginning again and again, and nothing else: it ends without a word."""
    for name in [*sorted(case.names), None]:
        ready = next((span for span in case.spans(name) if span["phase"] == "ready"), None)
        own = case.lines(name)
        own = own[own["message"].str.contains(r"\w", regex=True)]
        if ready is not None:
            own = own[own["order"].ge(ready["start_order"]).fillna(value=False)]
            same = own[own["message"].eq(own["message"].iloc[0])] if len(own) else own
            if len(same) >= _PATIENCE and own["message"].nunique() * _PATIENCE <= len(own):
                return _restarted(name, tables.records(same))
    return None


def _restarted(name: str | None, same: list[Record]) -> Hypothesis:
    text = f"{name or 'The program'} says the same again and again, as if restarted; why is not in the evidence."
    found = Hypothesis("unknown", name, 0.6, text, weight=0)
    found.rows = series("for", "it began again", same)
    found.rows.append(missing("whether and how it ended", "docker compose ps -a; docker events --since 1h"))
    return found


def _silent() -> Hypothesis:
    """Return the answer where nothing is seen to fail, and nothing to work: most often a part of a longer text."""
    text = "The evidence shows neither a failure that is known here nor anything at work."
    found = Hypothesis("unknown", None, 0.6, text, weight=0)
    found.rows = [missing("the lines around it, exit codes, health", "docker compose ps -a; docker compose logs")]
    return found


def _unknown(case: Case, troubled: list[Record], roots: list[Hypothesis]) -> Hypothesis:
    service = next((str(row["service"]) for row in troubled if pd.notna(row["service"])), None)
    candidates = ", ".join(dict.fromkeys(root.category for root in roots))
    text = "Something failed, but the evidence does not decide why" + (f"; candidates: {candidates}." if roots else ".")
    found = Hypothesis("unknown", service, 0.6, text, weight=0)
    shown = [row for root in roots for row in root.rows if row["role"] == "for"]
    found.rows = series("for", "it failed", troubled[:4]) or shown[:4]
    found.rows.append(missing("exit codes, health and limits", "incidentlab capture PROJECT -o BUNDLE"))
    del case
    return found


def _troubled(case: Case) -> list[Record]:
    """Return the signs of trouble that no hypothesis explains: bad exits, crashes, fatal lines, waits in vain."""
    idle = [row for row in case.failed if case.works(_name(row), row) is None]
    crashed = [row for row in idle if row["kind"] in ("crash", "exit", "import")]
    waits = [row for row in idle if row["kind"] in ("waiting", "wait_timeout") and row["service"] not in case.stores]
    ends = [row | {"message": f"exited with code {row['exit_code']}"} for row in case.crashes(None)]
    listed = tables.records(case.logs[case.logs["message"].str.contains(_LISTED, regex=True)].head(_PATIENCE))
    return [*crashed, *ends, *_fatal(case), *(waits[-1:] if len(waits) >= _PATIENCE else []), *listed]


def _fatal(case: Case) -> list[Record]:
    """Return the fatal lines that no signature knows, of programs that did not work after them."""
    told = {(row["file"], row["line"]) for row in case.failed if row["kind"] not in ("crash", "exit", "import")}
    fatal = case.logs["level"].eq("fatal") & case.logs["kind"].eq("log") & ~case.harmless
    if pd.notna(case.end_begins):
        fatal &= case.logs["order"] < case.end_begins
    rows = tables.records(case.logs[fatal.fillna(value=False)].head(_PATIENCE))
    return [row for row in rows if case.works(_name(row), row) is None and (row["file"], row["line"]) not in told]


def _name(row: Record) -> str | None:
    return str(row["service"]) if pd.notna(row["service"]) else None
