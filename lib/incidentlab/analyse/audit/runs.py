"""How runs end and begin again: restart policies, and whether a stop leaves a program the time that it needs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from incidentlab.analyse.audit.case import Case, Found, Record, span, words

GRACE_S = 10.0
"""Between the stop signal and the kill, where nothing is said (compose-spec `stop_grace_period`)."""
_MASKED = 3
"""Crashes from which a policy hides something: one or two happen in any start."""
_MARGIN = 1.5
_SIGKILL, _KILLED = 9, 137
_SHELLS = ("sh", "bash", "ash", "dash")


def stayed_down(case: Case) -> Iterator[Found]:
    """Yield the containers that ended with an error, and that no policy starts again."""
    for service in case.services:
        container = case.container(service)
        if container is None or container["state"] != "exited" or container["restart_policy"] != "no":
            continue
        if case.one_shot(service):
            continue  # a job whose users wait for its success: its failure is told by them
        runs = case.rows("lifetimes", service=service)
        last = runs[-1] if runs else None
        asked = last is not None and pd.notna(last["signal"])
        if asked or pd.isna(container["exit_code"]) or container["exit_code"] == 0 or pd.isna(container["started"]):
            continue
        names = {"service": service, "code": str(container["exit_code"])}
        yield Found("stays-down", case.place(service, "restart"), service, names, (), None, {"restart": "on-failure:5"})


def masked_crashes(case: Case) -> Iterator[Found]:
    """Yield the services that crash again and again, and look as if they ran."""
    for service in case.services:
        restarts = case.rows("restarts", service=service, cause="policy")
        crashes = [row for row in restarts if pd.notna(row["exit_code"]) and row["exit_code"] != 0]
        container = case.container(service)
        if len(crashes) < _MASKED or container is None or container["state"] != "running":
            continue
        codes = ", ".join(sorted({str(row["exit_code"]) for row in crashes}))
        names = {"service": service, "count": str(len(crashes)), "code": codes}
        names["policy"] = str(container["restart_policy"])
        yield Found(
            "crashes-masked",
            crashes[-1] if case.setting(service, "restart") is None else case.place(service, "restart"),
            service,
            names,
        )


def wrong_exit_code(case: Case) -> Iterator[Found]:
    """Yield what on-failure does not restart because it failed with 0, and finished jobs that are started for ever."""
    for service in case.services:
        container = case.container(service)
        if container is None:
            continue
        place, names = case.place(service, "restart"), {"service": service}
        policy = str(container["restart_policy"])
        again = case.rows("restarts", service=service, cause="policy", exit_code=0)
        if policy in ("always", "unless-stopped") and len(again) >= _MASKED:
            told = names | {"count": str(len(again)), "policy": policy}
            yield Found("policy-misses-the-end", place, service, told, ("job",), None, {"restart": "on-failure"})
        elif policy == "on-failure" and container["state"] == "exited" and container["exit_code"] == 0:
            failed = _failed_in(case, service)
            if failed is not None:
                told = names | {"message": str(failed["message"])}
                yield Found("policy-misses-the-end", place, service, told, ("failed",))


def _failed_in(case: Case, service: str) -> Record | None:
    """Return the failure with which the last run ended; None where its log tells of none in its last second."""
    runs = case.rows("lifetimes", service=service)
    if not runs or pd.isna(runs[-1]["finished"]) or pd.notna(runs[-1]["signal"]):
        return None
    end = runs[-1]["finished"]
    rows = case.failed(service)
    last = [row for row in rows if pd.notna(row["ts"]) and pd.Timedelta(0) <= end - row["ts"] < pd.Timedelta("1s")]
    return last[-1] if last else None


def killed_at_stop(case: Case) -> Iterator[Found]:
    """Yield the services that a stop had to kill: they needed longer than they were given."""
    for service in case.services:
        kills = _stops(case, service)
        if kills:
            grace = case.seconds(service, "stop_grace_period", "stop_timeout_s", GRACE_S)
            proposed = f"{int(np.ceil(max(*kills, grace) * _MARGIN))}s"
            names = {"service": service, "waited": span(max(kills)), "proposed": proposed, "count": str(len(kills))}
            shell = _shell(case, service)
            rule = "shell-swallows-stop" if shell else "grace-period-too-short"
            change = None if shell else {"stop_grace_period": proposed}
            if shell:
                names["shell"] = shell
            yield Found(
                rule,
                case.place(service, "stop_grace_period", "command", "entrypoint"),
                service,
                names,
                (),
                None,
                change,
            )


def shell_first(case: Case) -> Iterator[Found]:
    """Yield the services whose process 1 is a shell, where no stop was seen that would tell whether it matters."""
    for service in case.services:
        shell = _shell(case, service)
        if shell and not case.events["service"].eq(service).where(case.events["action"].eq("stop"), other=False).any():
            names = {"service": service, "shell": shell}
            missing = f"how long {service} needs to stop (a recording of `docker compose stop`)"
            yield Found(
                "shell-swallows-stop", case.place(service, "command", "entrypoint"), service, names, (), missing
            )


def _stops(case: Case, service: str) -> list[float]:
    """Return the seconds between a stop signal and the kill that ended the container, for each stop that ended so."""
    waited: list[float] = []
    asked: dict[str, pd.Timestamp] = {}
    for event in case.rows("events", service=service, type="container"):
        key, signal = str(event["container_id"]), event["signal"]
        if event["action"] == "kill" and pd.notna(signal):
            if int(signal) != _SIGKILL:
                asked.setdefault(key, event["ts"])
            elif key in asked:
                waited.append((event["ts"] - asked.pop(key)).total_seconds())
        elif event["action"] in ("start", "die"):
            asked.pop(key, None)
    ends = case.events[case.events["service"].eq(service) & case.events["action"].eq("die")]
    return [held for held in waited if held >= 1] if (ends["exit_code"].eq(_KILLED)).any() else []


def _shell(case: Case, service: str) -> str | None:
    """Return the command line of a service whose process 1 is a shell that does not hand over to the program."""
    container, image = case.container(service), case.image(service)
    if container is not None:
        command = words(container["command"])
    else:
        start = words(case.written(service, "entrypoint")) or (words(image["entrypoint"]) if image is not None else [])
        command = [*start, *words(case.written(service, "command"))]
    if len(command) < 3 or command[0].rpartition("/")[2] not in _SHELLS or command[1] != "-c":
        return None
    return None if "exec " in command[2] else command[2]
