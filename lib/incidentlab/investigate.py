"""Every analysis over one incident, each fed with the tables that it needs, and run when its table is first asked for.

This is the only place that knows in which order the analyses build on each other. An analysis is imported with its
first use: who only reads logs waits for none of them.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from incidentlab.analyse.audit import Case
    from incidentlab.analyse.compare import ImageChange
    from incidentlab.analyse.diagnosis import Diagnosis
    from incidentlab.analyse.images import Tree
    from incidentlab.incident import Incident


@dataclass(frozen=True, eq=False)
class Investigation:
    """An incident with all its result tables (see `incidentlab.tables`)."""

    incident: Incident

    @cached_property
    def marks(self) -> pd.DataFrame:
        """MARKS: what each line says."""
        from incidentlab.analyse.marks import marks

        return marks(self.incident.logs)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """FAILURES."""
        from incidentlab.analyse.failures import failures

        known = self.incident
        return failures(
            known.logs, self.marks, containers=known.containers, addresses=known.addresses, services=known.services
        )

    @cached_property
    def lifetimes(self) -> pd.DataFrame:
        """LIFETIMES: the runs of the containers."""
        from incidentlab.analyse.lifetimes import lifetimes

        return lifetimes(self.incident.events, self.incident.runs, self.incident.containers)

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """ATTEMPTS to reach a dependency."""
        from incidentlab.analyse.attempts import attempts

        return attempts(self.failures, self.incident.logs, self.marks, self.lifetimes)

    @cached_property
    def phases(self) -> pd.DataFrame:
        """PHASES of the services."""
        from incidentlab.analyse.readiness import phases

        return phases(self.incident.logs, self.marks, self.incident.events, self.incident.probes)

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """TIMELINE of what changed something, and of what people and metrics say beside it."""
        from incidentlab.analyse.beside import beside
        from incidentlab.analyse.timeline import timeline

        known = self.incident
        happenings = timeline(
            events=known.events,
            probes=known.probes,
            phases=self.phases,
            failures=self.failures,
            attempts=self.attempts,
            logs=known.logs,
            containers=known.containers,
        )
        return beside(happenings, notes=known.notes, breaches=self.breaches, clocks=known.clocks)

    @cached_property
    def breaches(self) -> pd.DataFrame:
        """BREACHES: when a metric was beyond its limits, or left where it was."""
        from incidentlab.analyse.breaches import breaches

        return breaches(self.incident.readings)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Findings and evidence together, as one analysis gives them."""
        from incidentlab.analyse.diagnosis import diagnose

        known = self.incident
        return diagnose(
            logs=known.logs,
            marks=self.marks,
            failures=self.failures,
            phases=self.phases,
            attempts=self.attempts,
            lifetimes=self.lifetimes,
            events=known.events,
            probes=known.probes,
            containers=known.containers,
            services=known.services,
            ledger=known.ledger,
        )

    @property
    def harms(self) -> pd.DataFrame:
        """HARMS: what bad was seen to happen, explained or not."""
        return self.diagnosis.harms

    @property
    def findings(self) -> pd.DataFrame:
        """FINDINGS; that of rank 1 is the verdict, and there always is one, if only ``unknown``."""
        return self.diagnosis.findings

    @property
    def evidence(self) -> pd.DataFrame:
        """EVIDENCE for and against each finding."""
        return self.diagnosis.evidence

    @cached_property
    def excluded(self) -> pd.DataFrame:
        """EXCLUDED: what the cause is not, and by which row."""
        from incidentlab.analyse.excluded import excluded

        return excluded(self.findings, self.evidence)

    @cached_property
    def restarts(self) -> pd.DataFrame:
        """RESTARTS, observed and predicted."""
        from incidentlab.analyse.restarts import restarts

        return restarts(self.lifetimes, self.incident.events, self.incident.containers)

    @cached_property
    def loop_ends(self) -> pd.DataFrame:
        """LOOP_ENDS: why each series of restarts ended."""
        from incidentlab.analyse.restarts import loop_end

        return loop_end(self.lifetimes, self.incident.events, self.incident.containers, self.restarts)

    @cached_property
    def states(self) -> pd.DataFrame:
        """STATES: how each container stands when the evidence ends."""
        from incidentlab.analyse.states import states

        return states(
            self.incident.containers,
            lifetimes=self.lifetimes,
            loop_ends=self.loop_ends,
            health=self.health,
            phases=self.phases,
            until=self.incident.end,
        )

    @cached_property
    def backoffs(self) -> pd.DataFrame:
        """BACKOFFS: the retry policies that the attempts show."""
        from incidentlab.analyse.backoff import backoff

        return backoff(self.attempts)

    @cached_property
    def health(self) -> pd.DataFrame:
        """HEALTH: the states that the engine's own state machine gives."""
        from incidentlab.analyse.health import health

        known = self.incident
        return health(known.probes, known.containers, self.lifetimes, known.events)

    @cached_property
    def health_probes(self) -> pd.DataFrame:
        """HEALTH_PROBES: each probe as the engine took it."""
        from incidentlab.analyse.health import judge

        known = self.incident
        return judge(known.probes, known.containers, self.lifetimes, known.events)

    @cached_property
    def start_waits(self) -> pd.DataFrame:
        """START_WAITS: who waited for whom when the project started."""
        from incidentlab.analyse.critical_path import start_waits

        return start_waits(self.lifetimes, self.phases, self.health, self.incident.containers)

    @cached_property
    def milestones(self) -> pd.DataFrame:
        """MILESTONES, as far as the evidence alone gives them."""
        from incidentlab.analyse.milestones import milestones

        return milestones(self.timeline, self.findings, self.evidence, self.lifetimes)

    @cached_property
    def image_contents(self) -> pd.DataFrame:
        """IMAGE_CONTENTS of all images whose files are known."""
        from incidentlab.analyse.images import every_content

        return every_content(self._trees)

    @cached_property
    def image_waste(self) -> pd.DataFrame:
        """IMAGE_WASTE of all images whose files are known."""
        from incidentlab.analyse.images import every_waste

        return every_waste(self._trees)

    @cached_property
    def _trees(self) -> dict[str, Tree]:
        """The merged files of each image, the same for all that is asked of them."""
        from incidentlab.analyse.images import trees

        return trees(self.incident.layers, self.incident.image_files)

    @cached_property
    def severities(self) -> pd.DataFrame:
        """SEVERITY_COUNTS of all scans together."""
        from incidentlab.analyse.vulnerabilities import by_severity

        return by_severity(self.incident.vulnerabilities)

    def verifications(self, service: str) -> pd.DataFrame:
        """VERIFICATIONS: what the commands show with which one checks that a change of a service holds."""
        from incidentlab.analyse.verify import verifications

        return verifications(self.case, service)

    @cached_property
    def case(self) -> Case:
        """All tables that the questions of an audit and of a comparison are asked of."""
        from incidentlab.analyse.audit import Case

        known = self.incident
        evidence = ("containers", "engines", "events", "image_files", "images", "instructions", "layers", "ledger",
                    "logs", "probes", "samples", "scans", "settings", "vulnerabilities")  # fmt: skip
        results = ("attempts", "failures", "findings", "health", "lifetimes", "marks", "phases", "restarts")
        frames = {name: getattr(known, name) for name in evidence} | {name: getattr(self, name) for name in results}
        return Case(**frames, contents=self.image_contents, waste=self.image_waste)

    @cached_property
    def audit(self) -> pd.DataFrame:
        """AUDIT: which rules the files, the images and the containers break."""
        from incidentlab.analyse.audit import audit

        return audit(self.case)

    def __repr__(self) -> str:
        """Name the verdict; the tables are computed when they are asked for, and not for this."""
        return f"Investigation({self.incident.name!r}: {self._verdict()})"

    def _repr_html_(self) -> str:
        """Show the verdict and the names of the tables; a sentence may quote evidence, so it is escaped."""
        sentence = html.escape(str(self.findings["sentence"].iloc[0]))
        names = ", ".join(f"<code>{name}</code>" for name in _tables())
        return f"<p><b>{html.escape(self._verdict())}</b><br>{sentence}</p><p>Tables: {names}</p>"

    def _verdict(self) -> str:
        first = self.findings.iloc[0]
        who = " -> ".join(str(name) for name in (first["service"], first["dependency"]) if isinstance(name, str))
        return f"{first['category']}{f' ({who})' if who else ''}, confidence {first['confidence']:.2f}"


def _tables() -> list[str]:
    """Return the names of the result tables, in the order in which they are worked out."""
    kept = {name: part for name, part in vars(Investigation).items() if isinstance(part, cached_property | property)}
    return [name for name in kept if name not in ("diagnosis", "case")]


def compare(before: Investigation, after: Investigation) -> pd.DataFrame:
    """Return DIFFERENCES: in what two captures of a project differ."""
    from incidentlab.analyse.compare import differences

    return differences(before.case, after.case)


def image_change(before: Investigation, after: Investigation, service: str) -> ImageChange:
    """Return what became of the image of a service between two captures: sizes and layers."""
    from incidentlab.analyse.compare import image_change

    return image_change(before.case, after.case, service)


def scan_change(before: Investigation, after: Investigation) -> pd.DataFrame:
    """Return SCAN_CHANGES: what became of each finding between the scans of two sources."""
    from incidentlab.analyse.vulnerabilities import compare

    return compare(before.incident.vulnerabilities, after.incident.vulnerabilities)


def investigate(incident: Incident) -> Investigation:
    """Return the result tables of `incident`.

    Parameters
    ----------
    incident
        As `incidentlab.load` gives it.

    Returns
    -------
    Investigation
        Its tables are computed when they are first asked for, each once.
    """
    return Investigation(incident)
