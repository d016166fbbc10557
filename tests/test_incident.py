import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.incident import Incident
from incidentlab.tables import BadInput

T0 = pd.Timestamp("2026-11-23T09:00:00Z")


def incident(*, timed: bool = True) -> Incident:
    """Return an incident with three lines of two services, a second apart."""
    logs = tables.rows(
        [
            {
                "ts": T0 + pd.Timedelta(seconds=order) if timed else None,
                "order": order,
                "service": service,
                "kind": "log" if order else "unknown",
                "message": str(order),
                "file": "x.log",
                "line": order + 1,
            }
            for order, service in enumerate(("app", "db", "app"))
        ],
        tables.LOGS,
    )
    end = T0 + pd.Timedelta(seconds=2)
    return Incident("x", T0 if timed else tables.NEVER, end if timed else tables.NEVER, logs=logs)


def test_between_includes_its_bounds() -> None:
    """A line at the bound is inside the window."""
    cut = incident().between("2026-11-23T09:00:01Z", None)
    assert cut.logs["message"].tolist() == ["1", "2"]
    assert cut.start == T0 + pd.Timedelta(seconds=1)


def test_between_reads_any_zone() -> None:
    """A bound in another zone is the same moment."""
    assert len(incident().between(None, "2026-11-23T10:00:00+01:00").logs) == 1


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("yesterday-ish", None, "is no time"),
        ("2026-11-23T09:00:00", None, "has no zone"),
        ("2026-11-23T09:00:02Z", "2026-11-23T09:00:01Z", "ends before it begins"),
    ],
)
def test_a_bad_bound_is_said_in_one_line(since: str, until: str | None, says: str) -> None:
    """A bound that is no time, has no zone or lies the wrong way round is bad input."""
    with pytest.raises(BadInput, match=says):
        incident().between(since, until)


def test_a_window_needs_times() -> None:
    """A text without times cannot be cut by time, and says so instead of giving nothing."""
    with pytest.raises(BadInput, match="has no times"):
        incident(timed=False).between("2026-11-23T09:00:01Z", None)


def test_only_names_the_services_that_exist() -> None:
    """A service that is not there is an error that names those that are."""
    assert incident().only("db").logs["message"].tolist() == ["1"]
    with pytest.raises(BadInput, match="the evidence has app, db"):
        incident().only("cache")


def test_logs_alone_keeps_the_order_and_forgets_the_times() -> None:
    """What is left is every line, in order, without a single time."""
    alone = incident().logs_alone()
    assert not alone.timed
    assert alone.logs["message"].tolist() == ["0", "1", "2"]


def test_the_repr_shows_counts_and_no_evidence() -> None:
    """A notebook that ends in an incident prints counts, never a log line."""
    assert repr(incident(timed=False)).startswith("Incident('x', order only, no times: 0 containers, 3 logs")
    assert incident().unparsed == 1
