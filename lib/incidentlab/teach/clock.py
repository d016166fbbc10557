"""The clock of a lesson: what was known so many seconds after the begin, step by step.

With a frontend it is a button: each click lets the clock run to the next step and shows what became known since the
step before, and the timeline until then. Without one (papermill, a test, a page on a web site) the same cell lists all
its steps, without figures.
"""

from __future__ import annotations

import html
import math
from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from incidentlab import plot, report, tables
from incidentlab.analyse.failures import failures
from incidentlab.analyse.lifetimes import lifetimes
from incidentlab.analyse.marks import marks
from incidentlab.analyse.timeline import timeline
from incidentlab.incident import Incident
from incidentlab.report.show import Shown
from incidentlab.teach.figure import drawn
from incidentlab.teach.frontend import Control
from incidentlab.teach.reveal import until

_NOISE = ("exec_create", "exec_start", "exec_die", "connect", "disconnect", "mount", "unmount", "attach")
_COLUMNS = ["T+ s", "service", "told by", "message", "place"]
_MOST = 60


class Clock(Control):
    """The staged reveal of an incident.

    Parameters
    ----------
    incident
        Whose evidence is revealed.
    steps
        Seconds after its begin, rising; inf is its end.
    services
        Those that are shown.
    tells
        The sources that are shown: logs, events, probes.
    since
        Where the clock before this one stopped; -inf for the first.
    forms
        Whether to show buttons; by default where a frontend is there.
    """

    def __init__(
        self,
        incident: Incident,
        steps: tuple[float, ...],
        *,
        services: list[str],
        tells: tuple[str, ...] = ("logs", "events"),
        since: float = -math.inf,
        forms: bool | None = None,
    ) -> None:
        super().__init__(forms)
        self._incident, self._steps = incident, tuple(step for step in steps if self._before_end(incident, step))
        self._services, self._tells, self._since = services, tells, since

    @staticmethod
    def _before_end(incident: Incident, step: float) -> bool:
        return math.isinf(step) or step < (incident.end - incident.start).total_seconds()

    def known(self, step: int) -> Shown:
        """Return what became known with a step, from 0."""
        before = self._since if step == 0 else self._steps[step - 1]
        rows = happened(until(self._incident, self._steps[step]), self._services, self._tells)
        fresh = rows[rows["T+ s"] > before]
        earlier = f" ({len(rows) - len(fresh)} earlier ones are above)" if before >= 0 else ""
        cut = f" (only the last {_MOST} of {len(fresh)} rows)" if len(fresh) > _MOST else ""
        title = f"{self._words(step)}: what became known{earlier}{cut}"
        told = report.table(fresh.tail(_MOST), columns=_COLUMNS, limit=_MOST)
        return Shown(f"<h4>{html.escape(title)}</h4>{told.html}", f"{title}\n{told.text}")

    def picture(self, step: int) -> str:
        """Return the timeline until a step, as HTML."""
        known = until(self._incident, self._steps[step])
        lived = lifetimes(known.events, known.runs, known.containers)
        told = failures(
            known.logs,
            marks(known.logs),
            containers=known.containers,
            addresses=known.addresses,
            services=known.services,
        )
        facts = timeline(
            events=known.events,
            probes=known.probes,
            phases=tables.empty(tables.PHASES),  # which phase a server is in is for the reader to find
            failures=told,
            attempts=tables.empty(tables.ATTEMPTS),
        )
        shown = [frame[frame["service"].isin(self._services)] for frame in (facts, _runs(lived))]
        axes = plot.timeline(*shown, window=(known.start, known.end), first=self._services)
        _since_begin(axes, known)
        return drawn(axes, f"timeline of what is known at {self._words(step)}")

    def static(self) -> Shown:
        """Return all steps, one below the other."""
        parts = [self.known(step) for step in range(len(self._steps))]
        return Shown("".join(part.html for part in parts), "\n\n".join(part.text for part in parts))

    def widget(self) -> Any:
        """Return the button, and below it what is known."""
        import ipywidgets as widgets

        view = widgets.HTML("<p>The clock stands still. Say what you expect, then let it run.</p>")
        button = widgets.Button(description=self._next(0), button_style="primary", layout={"width": "auto"})
        button.disabled = not self._steps
        reached = iter(range(len(self._steps)))

        def advance(_: Any) -> None:
            step = next(reached)
            view.value = f'<div style="line-height:1.4">{self.known(step).html}{self.picture(step)}</div>'
            button.description = self._next(step + 1)
            button.disabled = step + 1 == len(self._steps)

        button.on_click(advance)
        return widgets.VBox([view, button], layout={"align_items": "flex-start"}).add_class("incidentlab-clock")

    def _next(self, step: int) -> str:
        return f"Next: {self._words(step)}" if step < len(self._steps) else "The clock has run"

    def _words(self, step: int) -> str:
        return "the end" if math.isinf(self._steps[step]) else f"T+{self._steps[step]:g} s"


def _runs(lived: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of the containers as bars, without a word on what went on inside."""
    own = lived[lived["started"].notna()]
    bars = own.assign(phase="running", start=own["started"], end=own["finished"])
    return tables.check(bars.reindex(columns=tables.PHASES.names), tables.PHASES)


def _since_begin(axes: Axes, known: Incident) -> None:
    """Count the time axis in seconds after the begin, as everything else in a lesson does."""
    begin = float(mdates.date2num(known.start))
    whole = (known.end - known.start).total_seconds()
    ticks = MaxNLocator(nbins=8, steps=[1, 2, 5, 10]).tick_values(0, whole)
    axes.set_xticks([begin + tick / 86400 for tick in ticks], [f"T+{tick:g}" for tick in ticks])
    axes.set_xlim(begin, begin + whole / 86400)
    axes.set_xlabel("seconds after the begin")


def happened(incident: Incident, services: list[str], tells: tuple[str, ...]) -> pd.DataFrame:
    """Return what the sources tell of some services, in order of time: seconds, service, source, message, place."""
    frames = [_TOLD[name](incident) for name in tells]
    rows = pd.concat([frame[frame["service"].isin(services)] for frame in frames], ignore_index=True)
    rows = rows.sort_values("ts", kind="stable", ignore_index=True)
    seconds = (rows["ts"] - incident.start).dt.total_seconds()
    place = rows["file"].str.removeprefix("logs/") + ":" + rows["line"].astype("str")
    rows["T+ s"], rows["place"] = seconds, place
    return rows


def _logs(incident: Incident) -> pd.DataFrame:
    rows = incident.logs[incident.logs["message"].str.strip() != ""]
    return _rows(rows, rows["ts"], rows["message"], "log")


def _events(incident: Incident) -> pd.DataFrame:
    rows = incident.events[(incident.events["type"] == "container") & ~incident.events["action"].isin(_NOISE)]
    said = [
        action + ("" if pd.isna(detail) else f": {detail}") + _exit(code)
        for action, detail, code in zip(rows["action"], rows["detail"], rows["exit_code"], strict=True)
    ]
    return _rows(rows, rows["ts"], said, "engine")


def _probes(incident: Incident) -> pd.DataFrame:
    rows = incident.probes
    said = [
        f"probe {outcome}{_exit(code)}" + ("" if pd.isna(output) else f": {output.strip()}")
        for outcome, output, code in zip(rows["outcome"], rows["output"], rows["exit_code"], strict=True)
    ]
    return _rows(rows, rows["end"], said, "probe")


def _exit(code: Any) -> str:
    return "" if pd.isna(code) else f" (exit code {code})"


def _rows(rows: pd.DataFrame, ts: Any, message: Any, source: str) -> pd.DataFrame:
    kept = {name: rows[name].to_numpy() for name in ("service", "file", "line")}
    told = pd.DataFrame(kept | {"ts": ts.array, "message": message, "told by": source})
    return told.astype({"service": tables.TEXT, "file": tables.TEXT, "line": tables.WHOLE, "message": tables.TEXT})


_TOLD = {"logs": _logs, "events": _events, "probes": _probes}
