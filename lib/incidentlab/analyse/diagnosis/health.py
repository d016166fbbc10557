"""Healthchecks that cannot run, and oom marks of the engine: what only events, probes and inspect tell.

Sources: moby `daemon/health.go`: exit code -1 always means that the probe itself did not finish; a shell that finds no
program says so and exits with 127 (POSIX, XCU 2.8.2), which `|| exit 1` hides; a server that answers 404 is up and has
nothing at that path (RFC 9110, 15.5.5); `State.OOMKilled` says that something in the container was killed for memory,
an `oom` event the same, at its time. 137 alone is no proof: a stop after its time-out ends in 137, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, missing, series, times
from incidentlab.analyse.diagnosis.naming import told
from incidentlab.knowledge.weights import weight

_PROGRAM = r"(?:exec: \\?\"|\d+: )([\w./-]+)(?:\\?\"|:)"
"""The program that the runtime, or a shell, did not find."""

_NOT_FOUND = r"(?m)^(?:\S*/)?(?:sh|bash|ash|dash): (?:line )?(?:\d+: )?[\w./-]+: (?:command )?not found"
"""What the shells dash, bash and busybox say of a program that they do not find."""

_NO_PATH = r"(?:^|HTTP/[\d.]+ |[Ee]rror:? |[Ss]tatus(?: code)?:? )404\b"
"""How probes print that the server answered 404: curl, wget, and those that print the status first."""

_IPV6_ONLY = r"(?s)\(\[::1\]:\d+\).*refused"
"""What the wget of busybox prints of a localhost that it takes for ::1, and that it asks nowhere else."""

_PROBES = 2
"""One answer may come from a server that is not done with its start."""

_CALLED = {"message": "health_status: unhealthy"}


def hypotheses(case: Case) -> list[Hypothesis]:
    """Return what events, probes and inspect accuse."""
    starved = _oom(case)
    known = {hypothesis.service for hypothesis in starved}
    probes = [*_broken_probes(case), *_wrong_paths(case), *_ipv6_only(case)]
    for found in probes:
        found.service = found.service or told(case)
    return [*probes, *_never_started(case), *starved, *_exit_codes(case, known)]


def _broken_probes(case: Case) -> list[Hypothesis]:
    output = case.probes["output"]
    shell = output.str.contains(r"not found|[Nn]o such file", regex=True) & case.probes["exit_code"].eq(127)
    said = output.str.contains(_NOT_FOUND, regex=True) & case.probes["outcome"].eq("fail")
    broken = case.probes[case.probes["outcome"].eq("exec_error") | (shell | said).fillna(value=False)]
    found = []
    for service, rows in broken.groupby("service", sort=True, dropna=False):
        service = str(service) if pd.notna(service) else None
        every = case.probes[case.probes["service"].eq(service) if service else case.probes["service"].isna()]
        if (every["outcome"] == "pass").any():
            continue
        shown = [row | {"ts": row["start"], "message": row["output"]} for row in tables.records(rows)]
        text = (
            f"The healthcheck of {_of(service)} could not be started, {times(len(rows))}: the program that it names is "
            "not in the image or not in its PATH; this says nothing of the service itself."
        )
        hypothesis = Hypothesis("healthcheck_exec_failure", service, weight("health.exec"), text)
        hypothesis.subject = next(iter(rows["output"].str.extract(_PROGRAM)[0].dropna()), None)
        hypothesis.rows = series("for", "the probe could not be started", shown)
        works = case.works(service)
        if works is not None:
            hypothesis.rows.append(evidence("for", "the service works", works))
        found.append(hypothesis)
    return found


def _wrong_paths(case: Case) -> list[Hypothesis]:
    """Return the services that answer their probe, and have nothing at the path that it asks for."""
    found = []
    for service, answered in _always(case, _NO_PATH):
        text = (
            f"The server of {_of(service)} answers its healthcheck with 404, {times(len(answered))}: it is up, and has "
            "nothing at the path that the probe asks for."
        )
        hypothesis = Hypothesis("healthcheck_misconfigured", service, weight("health.wrong_path"), text)
        hypothesis.kind = "wrong_path"
        hypothesis.rows = series("for", "the server has nothing at the path of the probe", answered)
        found.append(hypothesis)
    return found


def _ipv6_only(case: Case) -> list[Hypothesis]:
    """Return the services that are up, and whose probe takes localhost for ::1, where it is refused."""
    found = []
    for service, refused in _always(case, _IPV6_ONLY):
        works = case.works(service) or _runs(case, service)
        if works is None or case.crashes(service):
            continue
        text = (
            f"The healthcheck of {_of(service)} asks localhost at ::1 and is refused, {times(len(refused))}, while "
            f"{_of(service)} is up: its server listens on IPv4 only."
        )
        hypothesis = Hypothesis("healthcheck_misconfigured", service, weight("health.ipv6"), text)
        hypothesis.kind = "probe_ipv6"
        hypothesis.rows = series("for", "the probe was refused at ::1", refused)
        hypothesis.rows.append(evidence("for", "it is up", works))
        found.append(hypothesis)
    return found


def _always(case: Case, pattern: str) -> Iterator[tuple[str | None, list[Record]]]:
    """Yield the services none of whose probes passed, the last of which printed a pattern, with all that printed it."""
    for service, every in case.probes.groupby("service", sort=True, dropna=False):
        printed = every[every["output"].str.contains(pattern, regex=True).fillna(value=False)]
        last = len(printed) >= _PROBES and printed["start"].max() == every["start"].max()
        if last and not (every["outcome"] == "pass").any():
            shown = [row | {"ts": row["start"], "message": row["output"]} for row in tables.records(printed)]
            yield str(service) if pd.notna(service) else None, shown


def _of(service: str | None) -> str:
    return service or "the container"


def _runs(case: Case, service: str | None) -> Record | None:
    """Return the state of a container that runs, and was never started anew."""
    named = case.containers["service"].eq(service) if service else case.containers["service"].isna()
    own = case.containers[named & case.containers["state"].eq("running")]
    steady = own[own["restart_count"].fillna(0).eq(0)]
    rows = [row | {"ts": row["started"], "message": "State.Status: running"} for row in tables.records(steady)]
    return rows[0] if rows else None


def _never_started(case: Case) -> list[Hypothesis]:
    """Return the services that were created and never started, because what they wait for was not healthy in time."""
    found = []
    for row in tables.records(case.containers[case.containers["state"] == "created"]):
        waits = json.loads(row["depends_on"]) if isinstance(row["depends_on"], str) else {}
        sick = [name for name, how in sorted(waits.items()) if how != "service_started" and _sick(case, name)]
        if sick:
            found.append(_in_vain(case, row, sick[0]))
    return found


def _in_vain(case: Case, row: Record, sick: str) -> Hypothesis:
    """Tell a dependency that is not usable from a healthcheck that gave up before it was."""
    ready = [span for span in case.spans(sick) if span["phase"] == "ready"]
    found = Hypothesis(
        "dependency_unhealthy", row["service"], weight("health.in_vain"), "", dependency=sick, exactness=2
    )
    found.sentence = f"{row['service']} was created and never started: {sick}, for which it waits, is not healthy."
    found.rows = [evidence("for", "created, never started", row | {"message": "State.Status: created"})]
    failed = case.probes[(case.probes["service"] == sick) & (case.probes["outcome"] != "pass")]
    shown = [probe | {"ts": probe["start"], "message": probe["output"]} for probe in tables.records(failed)]
    found.rows += series("for", f"a probe of {sick} failed", shown)
    called = case.events[(case.events["service"] == sick) & (case.events["detail"] == "unhealthy")]
    found.rows += series("for", f"{sick} was called unhealthy", [event | _CALLED for event in tables.records(called)])
    if ready:
        found.category, found.exactness, found.kind = "healthcheck_misconfigured", 3, "slow_start"
        found.sentence = (
            f"The healthcheck of {sick} gave up before its first start was done; {sick} was ready later, but "
            f"{row['service']}, which waited for it, was never started."
        )
        first = ready[0] | {"ts": ready[0]["start"], "order": ready[0]["start_order"]}
        found.rows.append(evidence("for", f"{sick} was ready later", first))
    return found


def _sick(case: Case, name: str) -> bool:
    """Say whether a service was called unhealthy, or ended in failure, so that whoever waited for it gave up."""
    own = case.containers[case.containers["service"] == name]
    called = case.events["service"].eq(name) & case.events["detail"].eq("unhealthy")
    ended = own["state"].isin(["exited", "dead"]) & own["exit_code"].ne(0)
    return bool(called.any() or own["health"].eq("unhealthy").any() or ended.fillna(value=False).any())


def _oom(case: Case) -> list[Hypothesis]:
    marked = case.events[case.events["action"] == "oom"]
    rows = [row | {"message": "oom"} for row in tables.records(marked)]
    seen = case.containers[case.containers["oom_killed"].fillna(value=False)]
    rows += [row | {"ts": row["finished"], "message": "OOMKilled: true"} for row in tables.records(seen)]
    found = []
    for service in sorted({str(row["service"]) for row in rows if pd.notna(row["service"])}):
        own = [row for row in rows if row["service"] == service]
        text = f"The kernel killed a process of {service} for want of memory."
        found.append(
            Hypothesis("oom_killed", service, weight("health.oom"), text, rows=series("for", "killed for memory", own))
        )
    return found


def _exit_codes(case: Case, starved: set[str | None]) -> list[Hypothesis]:
    """Read the exit codes that have a meaning of their own; of the starved the engine itself says what ended them."""
    readings = {
        127: ("command_not_found", "its command was not found"),
        126: ("permission_denied", "its command could not be executed: no right to it, or no interpreter for it"),
        132: ("image_arch_mismatch", "it used an instruction that the processor does not have (SIGILL)"),
        139: ("crash_loop_app_bug", "it broke the rules of memory (SIGSEGV)"),
        137: ("oom_killed", "it was killed (SIGKILL), and nobody is seen to have done it"),
    }
    found = []
    for code, (category, meaning) in readings.items():
        rows = [row for row in case.ends(None) if row["exit_code"] == code and not row["stopped"]]
        for service in sorted({str(row["service"]) for row in rows if pd.notna(row["service"])}):
            own = [row | {"message": f"exited with code {code}"} for row in rows if row["service"] == service]
            text = f"{service} exited with {code}, {times(len(own))}: {meaning}."
            hypothesis = Hypothesis(category, service, weight(f"exit.{code}"), text, exactness=1)
            hypothesis.rows = series("for", f"exit code {code}", own)
            if code == 137 and case.lines(service).index.isin(case.marked("child_ended")["row"]).any():
                hypothesis.confidence = weight("exit.137.child")
            elif code == 137 and service not in starved:
                hypothesis.rows.append(
                    missing("whether it was for memory", f"docker inspect -f '{{{{json .State}}}}' {service}")
                )
            found.append(hypothesis)
    return found
