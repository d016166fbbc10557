"""What failed by the word of the engine alone: why a container did not start, and what its failing probes print.

Source: moby `container/state.go` (State.Error), `daemon/health.go` (the output of a probe).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.hypothesis import Record
from incidentlab.analyse.marks import read

_PROBE_TELLS = ("dns", "auth", "missing_database", "tls", "missing_config", "disk_full", "permission", "privilege")
"""Kinds that the print of a probe tells of the service itself; that it is refused tells only that no server is up."""


def failures(containers: pd.DataFrame, probes: pd.DataFrame) -> list[Record]:
    """Return what inspect tells as failures, with their `origin`.

    Parameters
    ----------
    containers : CONTAINERS
    probes : PROBES
    """
    return _of_starts(containers) + _of_probes(probes)


def _of_starts(containers: pd.DataFrame) -> list[Record]:
    """Return the reasons for failed starts that inspect keeps in State.Error."""
    rows = containers[containers["error"].str.len() > 0]
    found = read(rows["error"])
    hits = tables.records(found[found["question"] == "failure"])
    return [_failure(rows.iloc[int(hit["row"])], hit) for hit in hits]


def _of_probes(probes: pd.DataFrame) -> list[Record]:
    """Return what the probes that fail at the end print: their own loopback is no wrong host."""
    ended = probes.sort_values("start").groupby("service", dropna=False).tail(1)
    rows = ended[ended["outcome"].eq("fail") & ended["output"].str.contains(r"\w", regex=True).fillna(value=False)]
    found = read(rows["output"])
    hits = tables.records(found[(found["question"] == "failure") & found["kind"].isin(_PROBE_TELLS)])
    errors = [_failure(rows.iloc[int(hit["row"])].rename({"output": "error"}), hit) for hit in hits]
    return [row | {"ts": pd.NaT, "origin": "probe"} for row in errors]


def _failure(container: pd.Series[Any], hit: Record) -> Record:
    own = {name: container.get(name) for name in ("service", "container", "file", "line", "pointer")}
    named = {name: hit[name] for name in ("kind", "subject", "signature", "host", "address", "port")}
    ended = container.get("finished", pd.NaT)
    context = {"message": container["error"], "ts": ended, "level": "error", "origin": "engine"}
    return dict.fromkeys(tables.FAILURES.names) | own | named | context
