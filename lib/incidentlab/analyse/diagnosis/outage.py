"""A dependency that was there and went away while others needed it: what the engine's events and the probes tell.

A frozen container accepts connections and never answers; one that is taken from its network is unknown by name; one
that
is killed is both. Its clients may log nothing of it, but their own probes fail while it is away and pass when it is
back.
Sources: moby's container actions (pause, die) and network actions (disconnect); what clients saw of each state was
observed with two containers on one network.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis import culprits
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, seconds, series, times
from incidentlab.knowledge.weights import weight

DOWN = ("exited", "stopping", "paused", "disconnected")
"""Phases in which a server that was ready cannot be used."""

_BY_HAND = ("paused", "disconnected")
_SLACK = pd.Timedelta(seconds=5)
"""A probe that began shortly before may fail by what happened while it ran; one may begin before the client
recovers."""


def hypotheses(case: Case) -> list[Hypothesis]:
    """Return one hypothesis per client whose probes failed while a server that it needs was away."""
    found = []
    for client, needed in sorted(case.needs.items()):
        for server in needed:
            for span in aways(case, server):
                failing = _failing(case, client, span)
                if failing:
                    found.append(_outage(case, client, server, span, failing))
    return found


def aways(case: Case, server: str) -> list[Record]:
    """Return the phases in which a server was away after it had been ready."""
    spans = case.spans(server)
    begun = next((place for place, span in enumerate(spans) if span["phase"] == "ready"), len(spans))
    return [span for span in spans[begun:] if span["phase"] in DOWN and pd.notna(span["start"])]


def away_at(case: Case, client: str | None, ts: Any) -> str | None:
    """Return the one server that a client needs and that was away at a time."""
    if client is None or pd.isna(ts):
        return None
    gone = [
        server
        for server in case.needs.get(client, [])
        for span in aways(case, server)
        if span["start"] <= ts and (pd.isna(span["end"]) or ts <= span["end"] + _SLACK)
    ]
    return gone[0] if len(set(gone)) == 1 else None


def _failing(case: Case, client: str, span: Record) -> list[Record]:
    """Return the failed probes of a client while a server was away, if the client had passed one before."""
    own = case.probes[case.probes["service"] == client].sort_values("start")
    ends: Any = span["end"] if pd.notna(span["end"]) else own["end"].max()
    passed = own[(own["outcome"] == "pass") & (own["end"] < span["start"] + _SLACK)]
    failed = own[own["outcome"].isin(["fail", "timeout"]) & (own["end"] > span["start"]) & (own["start"] < ends)]
    return tables.records(failed) if len(passed) else []


def _outage(case: Case, client: str, server: str, span: Record, failing: list[Record]) -> Hypothesis:
    lasted: str = f" for {seconds(span['end'] - span['start'])}" if pd.notna(span["end"]) else ""
    how, sent = culprits.went(case, server, span)
    away = f"{server} {how} and was away{lasted}" if lasted else f"{server} {how}"
    text = f"{away}; {client}, which needs it, failed its healthcheck {times(len(failing))}."
    found = Hypothesis("dependency_outage", client, weight("outage.probes"), text, dependency=server, exactness=2)
    shown = [row | {"ts": row["start"], "message": row["output"]} for row in failing]
    went = span | {"ts": span["start"], "order": span["start_order"]}
    found.rows = [*series("for", f"{client}'s probe failed while {server} was away", shown)]
    found.rows += [evidence("for", f"{server} {how}", sent)] if sent is not None else []
    found.rows.append(evidence("for", f"{server} went away: {span['phase']}", went))
    own = case.probes[(case.probes["service"] == client) & (case.probes["outcome"] == "pass")]
    again = own[own["start"] > failing[-1]["start"]].sort_values("start")
    if len(again):
        back = tables.records(again.head(1))[0]
        found.recovered, found.recovered_by = True, brought_back(case, server, span)
        found.rows.append(
            evidence("for", f"{client} was healthy again", back | {"ts": back["start"], "message": "probe passed"})
        )
    return found


def brought_back(case: Case, server: str | None, span: Record) -> str | None:
    """Say who brought a server back: a pause or a disconnection ends by hand, an exit as the next run tells.

    A run that was ended by a kill is not followed by its restart policy (moby `daemon/kill.go`).
    """
    if span["phase"] in _BY_HAND:
        return "human"
    runs = case.lifetimes[case.lifetimes["service"] == server].sort_values("started")
    later = runs[runs["started"] > span["start"]]
    ended = runs[runs["started"] <= span["start"]]
    if len(later) and len(ended) and pd.notna(ended["signal"].iloc[-1]):
        return "human"
    by = later["brought_by"].iloc[0] if len(later) else None
    return {"policy": "restart_policy", "human": "human"}.get(str(by))
