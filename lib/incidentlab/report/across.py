"""Many incidents side by side: when, what, how long, what came back, and which promises are still open."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.milestones import metrics
from incidentlab.analyse.states import BROKEN
from incidentlab.investigate import Investigation
from incidentlab.report.answer import shown
from incidentlab.report.moment import lasted
from incidentlab.report.show import Shown

_VERDICT = ("category", "service", "dependency", "confidence")
_DONE = ("done", "closed", "dropped", "refused")
"""States of an action item in which nobody has to do anything any more."""

_DAYS = 60
"""Incidents over more days than these are counted by month, else by day."""


def across(
    investigations: Iterable[Investigation], *, names: Iterable[str] | None = None, told: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return one row for each incident, the earliest first.

    Parameters
    ----------
    investigations
        The incidents.
    names
        What each is called; by default its own name.
    told
        Verdicts of a batch, with a column ``incident``: they are taken in the place of those of today.

    Returns
    -------
    pandas.DataFrame
        incident, began, category, service, dependency, confidence, how many services were in trouble at the end,
        and in seconds TTD, TTA, TTM, TTR (NaN = one of their milestones is not known).
    """
    several = list(investigations)
    called = list(names) if names is not None else [one.incident.name for one in several]
    rows = []
    for name, one in zip(called, several, strict=True):
        spans = {row["name"]: row["duration_s"] for row in tables.records(metrics(one.milestones))}
        verdict = {key: one.findings[key].iloc[0] for key in _VERDICT}
        broken = int(one.states["state"].isin(BROKEN).sum())
        rows.append(
            {"incident": name, "began": one.incident.start, **verdict, "in trouble at the end": broken, **spans}
        )
    frame = pd.DataFrame(rows)
    if told is not None and len(frame):
        known = told.drop_duplicates("incident").set_index("incident").reindex(frame["incident"])
        frame = frame.assign(**{key: known[key].to_numpy() for key in _VERDICT})
    return frame.sort_values(["began", "incident"], kind="stable", ignore_index=True) if len(frame) else frame


def patterns(rows: pd.DataFrame) -> Shown:
    """Return what the incidents have in common, in sentences: how many, when, which causes, how long, what came back.

    Parameters
    ----------
    rows
        As `across` gives them.
    """
    if rows.empty:
        return shown([("No incident", ["nothing was read"])])
    days = rows["began"].dropna()
    when = f", {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}" if len(days) else ""
    failed = rows[~rows["category"].isin(["benign", "unknown"])]
    count = failed["category"].value_counts()
    lines = [f"{name}: {number} of {len(rows)}" for name, number in count.head(3).items()]
    again = recurring(rows)
    back = [
        f"came back: {row['category']} in {row['service']}, {row['incidents']} times"
        for row in tables.records(again.head(3))
    ]
    spans = rows["TTR"].dropna()
    solved = (
        f"time to resolve, seen in {len(spans)}: {lasted(middle)} in the middle, {lasted(most)} at most"
        for middle, most in ([(spans.median(), spans.max())] if len(spans) else [])
    )
    open_ = int(rows["in trouble at the end"].gt(0).sum())
    rest = [
        f"{open_} ended with a service still in trouble",
        f"{int(rows['category'].eq('unknown').sum())} without a cause",
    ]
    return shown([(f"{len(rows)} incidents{when}", [*lines, *back, *solved, *rest])])


def recurring(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the causes that came back in the same service, because of the same dependency, the most frequent first."""
    named = rows[~rows["category"].isin(["benign", "unknown"])].fillna({"service": "", "dependency": ""})
    same = named.groupby(["category", "service", "dependency"])
    found = same.agg(
        incidents=("incident", "size"), first=("began", "min"), last=("began", "max"), names=("incident", ", ".join)
    )
    kept = found.reset_index().query("incidents > 1")
    return kept.sort_values(["incidents", "category"], ascending=[False, True], ignore_index=True)


def trend(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many incidents there were in each day, or month where they lie far apart, and how long they took."""
    timed = rows[rows["began"].notna()]
    far = len(timed) and timed["began"].max() - timed["began"].min() > pd.Timedelta(days=_DAYS)
    period = timed["began"].dt.strftime("%Y-%m" if far else "%Y-%m-%d")
    grouped = timed.assign(period=period).groupby("period")
    return grouped.agg(
        incidents=("incident", "size"),
        causes=("category", "nunique"),
        middle_ttr_s=("TTR", "median"),
        longest_ttr_s=("TTR", "max"),
    ).reset_index()


def pages(batch: pd.DataFrame | None, results: str | None, rows: pd.DataFrame) -> dict[str, list[str]]:
    """Return where the name of each incident leads: the page that the batch made of it; empty without a batch.

    Parameters
    ----------
    batch
        Results of a batch, with columns ``incident`` and ``page`` (relative to them).
    results
        Where they were read from.
    rows
        As `across` gives them.
    """
    if batch is None or results is None or "page" not in batch.columns:
        return {}
    folder = Path(results).parent.as_posix()
    made = batch[batch["page"].notna()]
    known = {str(name): f"{folder}/{page}" for name, page in zip(made["incident"], made["page"], strict=True)}
    return {"incident": [known.get(str(name), "") for name in rows["incident"]]}


def open_actions(folder: str | None) -> pd.DataFrame:
    """Return the action items of postmortems that nobody has closed, those that are due first.

    Parameters
    ----------
    folder
        Where the postmortems are: every ``human.yaml`` below it is read; None = none.

    Raises
    ------
    BadInput
        A file cannot be read as what people wrote; the message says where.
    """
    from incidentlab.report.postmortem.people import human  # late: the terminal does without postmortems

    columns = ["postmortem", "what", "owner", "due", "kind", "state"]
    rows: list[dict[str, Any]] = []
    for path in sorted(Path(folder).rglob(human.NAME)) if folder else []:
        for item in human.read(path.read_text(encoding="utf-8")).records("action_items"):
            given = {name: text.text for name, text in item.items() if name in columns}
            if given.get("what") and given.get("state", "").lower() not in _DONE:
                rows.append({"postmortem": path.parent.name, **given})
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(["due", "postmortem"], na_position="last", kind="stable", ignore_index=True)
