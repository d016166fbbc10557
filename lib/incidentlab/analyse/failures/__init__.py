"""What failed: every failure that a log tells of, a stack trace folded into one record.

Two steps, a module each. `fold` joins the lines of one record and takes the root of a chain; `target` says which
service was meant. Interleaved services do no harm: a record holds lines of one container only.
"""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.failures.fold import fold
from incidentlab.analyse.failures.target import resolve

__all__ = ["failures"]


def failures(
    logs: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    containers: pd.DataFrame | None = None,
    addresses: pd.DataFrame | None = None,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the failures that the logs tell of.

    Parameters
    ----------
    logs, marks
        LOGS and their MARKS.
    containers, addresses, services
        CONTAINERS, ADDRESSES, SERVICES; they name the targets. Without them only the logs' own names are known.

    Returns
    -------
    pandas.DataFrame
        FAILURES. `kind` is one of `incidentlab.knowledge.KINDS`, without the harmless ones; `target_by` is
        host, address, port, depends_on, or loopback where the client meant its own container.

    Examples
    --------
    >>> from incidentlab.analyse.marks import marks
    >>> line = {"order": 0, "kind": "log", "message": "Error: connect ECONNREFUSED 172.18.0.4:5432", "line": 1}
    >>> logs = tables.rows([line], tables.LOGS)
    >>> failures(logs, marks(logs))[["kind", "address", "port"]].values.tolist()
    [['refused', '172.18.0.4', 5432]]
    """
    records = fold(logs, marks)
    named = resolve(records, logs=logs, marks=marks, containers=containers, addresses=addresses, services=services)
    return tables.check(named, tables.FAILURES)
