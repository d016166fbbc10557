"""What a harm is called in a sentence: the same words in the answer, the notebooks and the postmortem."""

from __future__ import annotations

import pandas as pd

from incidentlab.analyse.diagnosis.hypothesis import Record, rate, times
from incidentlab.knowledge.causes import EXITS


def sentence(harm: Record) -> str:
    """Say what happened to whom, how often, and what its exit code says by itself.

    Parameters
    ----------
    harm
        A row of HARMS.

    Examples
    --------
    >>> known = {"kind": "ended", "service": "web", "count": 2, "exit_code": 139}
    >>> sentence(dict.fromkeys(("ts", "until", "detail")) | known)
    'web exited with code 139 (SIGSEGV: it broke the rules of memory), twice'
    """
    who: str = str(harm["service"]) if pd.notna(harm["service"]) else "the program"
    often, code = times(harm["count"]), harm["exit_code"]
    means: str = f" ({EXITS.get(int(code)) or _signal(int(code))})" if pd.notna(code) else ""
    listed: str = who if pd.notna(harm["service"]) else "a container"
    words = {
        "crashed": f"{who} failed with an error of its own, {often}",
        "ended": f"{who} exited with code {code}{means}, {often}",
        "restarting": f"{who} is being restarted; it last exited with code {code}{means}",
        "reset": f"{who} ended all its own processes and began anew, {often}",
        "unhealthy": f"{who} is {harm['detail']}",
        "never started": f"{who} was created and never started",
        "fatal": f"{who} called an error fatal, {often}",
        "child ended": f"{who} keeps a program that ended, {often}, or was given up by its supervisor",
        "refuses": f"{who} answered {harm['count']} requests with errors of the server (5xx), and served none after",
        "errors": f"{who} logged {harm['count']} errors to the end{rate(harm['count'], harm['ts'], harm['until'])}",
        "waits": f"{who} waited in vain, {often}",
        "listed": f"{listed} is listed as ended, restarting or unhealthy, {often}",
        "step failed": f"a step of a build or of a runner failed, {often}",
    }
    return words[harm["kind"]]


def _signal(code: int) -> str:
    return f"128 + {code - 128}: ended by signal {code - 128}" if 128 < code < 165 else "an error of its own"


def parties(finding: Record) -> str:
    """Return of whom a finding tells, and whom it could not reach, if it names them.

    Examples
    --------
    >>> parties({"service": "web", "dependency": "db"}), parties({"service": None, "dependency": None})
    ('web -> db', '')
    """
    return " -> ".join(str(finding[name]) for name in ("service", "dependency") if pd.notna(finding[name]))
