"""What the hypotheses about unreached servers share: who, whom, how often, and what brought the client back."""

from __future__ import annotations

import pandas as pd

from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, series

PROXIES = ("nginx", "haproxy", "apache")
"""What these tell, they tell of others."""


def unreached(
    case: Case, client: str | None, rows: list[Record], meaning: tuple[str, float], sentence: str
) -> Hypothesis:
    """Return the hypothesis of a category and confidence, with the failed tries and the success after them, if any."""
    last = rows[-1]
    won = case.success(client, rows[0], last)
    found = Hypothesis(meaning[0], client, meaning[1], sentence, exactness=2)
    found.host = next((str(row["host"]) for row in rows if pd.notna(row["host"])), None)
    found.port = next((int(row["port"]) for row in rows if pd.notna(row["port"])), None)
    found.proxy = all(row["runtime"] in PROXIES for row in rows)
    for kind in dict.fromkeys(row["kind"] for row in rows):
        same = [row for row in rows if row["kind"] == kind]
        found.rows += series("for", f"{who(client)} did not reach {whom(rows)}: {kind}", same)
    found.signs, found.won = rows, won
    if won is not None:
        found.recovered, found.recovered_by = True, _brought_back(case, client, rows, won)
        found.rows.append(evidence("for", "it worked later", won))
    return found


def who(client: str | None) -> str:
    """Return the client's name for a sentence."""
    return client or "The program"


def whom(rows: list[Record]) -> str:
    """Return what was aimed at, as far as a row names it."""
    row = next((r for r in rows if pd.notna(r["target"]) or pd.notna(r["host"]) or pd.notna(r["address"])), rows[0])
    place = next((row[name] for name in ("target", "host", "address") if pd.notna(row[name])), "its dependency")
    port: str = "" if pd.isna(row["port"]) or pd.notna(row["target"]) else f" port {row['port']}"
    return f"{place}{port}"


def _brought_back(case: Case, client: str | None, rows: list[Record], won: Record) -> str | None:
    """Say what brought the client back: the run in which it succeeded tells, else the exits in between."""
    runs = case.lifetimes[case.lifetimes["service"] == client].sort_values("started")
    if len(runs) and pd.notna(won["ts"]):
        return _by_run(runs[runs["started"] <= won["ts"] + pd.Timedelta(milliseconds=50)], rows[-1])
    between = [end for end in case.ends(client) if client and _between(rows[-1], end, won)]
    if any("restarting" in str(end["detail"]) for end in between):
        return "restart_policy"
    return "retry" if not between and not case.began_anew(client, rows[0]) else None


def _by_run(begun: pd.DataFrame, last: Record) -> str | None:
    if not len(begun):
        return None
    if begun["started"].iloc[-1] <= last["ts"]:
        return "retry"
    return {"policy": "restart_policy", "human": "human"}.get(str(begun["brought_by"].iloc[-1]))


def _between(last: Record, end: Record, won: Record) -> bool:
    if any(pd.isna(row["order"]) for row in (last, end, won)):
        return False
    return bool(last["order"] < end["order"] < won["order"])
