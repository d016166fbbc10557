"""Layers of one line of text that nobody else prints: CI runners, kubectl, podman-compose, the kubelet, logcli.

Sources: `gh run view --log` (cli/cli `pkg/cmd/run/view`: job, step and line between tabs), actions/runner (.NET's
seven digits), GitLab's job log with time stamps (merge request 153516), Buildkite's APC time, kubectl
`staging/src/k8s.io/kubectl/pkg/cmd/logs` (``[pod/NAME/CONTAINER]``), the CRI log format (kubernetes
`pkg/kubelet/kuberuntime/logs`), Loki `pkg/logcli/output/default.go`, Grafana
`public/app/features/inspector/utils/download.ts`.
"""

from __future__ import annotations

import re

from incidentlab.parse import clock
from incidentlab.parse.wrappers import labels
from incidentlab.parse.wrappers.wrapper import Peeled, Wrapper, matcher

_RUNNER = r"(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z)(?: (?P<rest>.*))?"
_STEP = re.compile(r"##\[(?:group|endgroup|command|error|warning|section)\]|\[command\]/")
_LABEL = r'\w+="(?:[^"\\]|\\.)*"'
_LOGCLI = re.compile(rf"(?P<stamp>{clock.STAMP}) +\{{(?P<labels>{_LABEL}(?:, ?{_LABEL})*)?\}} *(?P<rest>.*)", re.DOTALL)
_POD = re.compile(r"\[pod/(?P<pod>[a-z0-9][a-z0-9.-]*)/(?P<name>[a-z0-9][a-z0-9.-]*)\] ?(?P<rest>.*)", re.DOTALL)
_HASHES = re.compile(r"(?:-[a-f0-9]{4,10})?-[a-z0-9]{5}$")
_VAGUE = frozenset(("app", "main", "server", "container", "service"))
"""Names of containers that say nothing beside the name of their pod."""


def _pod(text: str) -> Peeled | None:
    """Read kubectl's prefix: a pod's own name, without what a deployment adds to it, and its container."""
    match = _POD.fullmatch(text)
    if match is None:
        return None
    owner = _HASHES.sub("", match["pod"]) or match["pod"]
    name = match["name"]
    return Peeled(match["rest"], service=owner if name in _VAGUE else name, container=f"{match['pod']}/{name}")


def _logcli(text: str) -> Peeled | None:
    match = _LOGCLI.fullmatch(text)
    if match is None:
        return None
    told = labels.written(match["labels"] or "")
    return Peeled(match["rest"], clock.rfc3339(match["stamp"])).within(labels.place(told))


def _several(peeled: list[Peeled]) -> bool:
    """Say whether names in brackets before a bar are those of services: several of them, or one on several lines."""
    return len(peeled) > 1


def _stepped(peeled: list[Peeled]) -> bool:
    """Say whether a runner's own marks stand among the lines; .NET programs print the same stamp."""
    return any(_STEP.match(line.rest) for line in peeled)


WRAPPERS = (
    Wrapper(
        "gh run view --log",
        matcher(rf"[^\t]*\t[^\t]*\t\ufeff?{_RUNNER}"),
    ),
    Wrapper("a CI runner", matcher(rf"\ufeff?{_RUNNER}"), share=0.9, fits=_stepped),
    Wrapper(
        "a GitLab runner",
        matcher(
            r"(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) [0-9a-f]{2}(?P<stream>[OE])[+ ]?(?P<rest>.*)",
            stream=lambda match: {"O": "stdout", "E": "stderr"}[match["stream"]],
        ),
    ),
    Wrapper(
        "Buildkite",
        matcher(r"\x1b?_?bk;t=(?P<ms>\d{13})\x07(?P<rest>.*)", stamp=lambda match: int(match["ms"]) * 1_000_000),
    ),
    Wrapper("kubectl --prefix", _pod),
    Wrapper(
        "the kubelet",
        matcher(rf"(?P<stamp>{clock.STAMP}) (?P<stream>stdout|stderr) [FP] (?P<rest>.*)", stream="stream"),
    ),
    Wrapper(
        "podman-compose",
        matcher(r"\[(?P<name>[A-Za-z][\w.-]*)\] +\|(?: (?P<rest>.*))?", container="name"),
        fits=_several,
    ),
    Wrapper("logcli", _logcli),
    Wrapper("Grafana", matcher(rf"\d{{13}}\t(?P<stamp>{clock.STAMP})\t(?P<rest>.*)")),
)
