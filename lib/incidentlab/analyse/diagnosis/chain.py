"""Causes before symptoms: which hypothesis is a consequence of which, and in what order they are told.

A program that cannot reach a database that died does not race: it suffers. The first cause is the verdict, whatever is
louder; what follows from it keeps its place in the list, with the rank of its cause.
"""

from __future__ import annotations

from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis
from incidentlab.knowledge.weights import weight

_DEADLY = (
    "disk_full", "oom_killed", "incompatible_data", "image_arch_mismatch", "line_endings", "command_not_found",
    "port_conflict", "missing_config", "permission_denied", "migration_failure", "resource_limits",
    "crash_loop_app_bug", "auth_failure", "missing_database", "tls_failure", "wrong_host", "startup_race",
    "dns_failure",
)  # fmt: skip
"""Causes by which a service can go down, and drag down those that need it."""

_REACHING = (
    "startup_race", "dns_failure", "dependency_outage", "network_timeout", "wrong_host", "dependency_unhealthy",
)  # fmt: skip
_TOLD_END = "dependency_exited"
"""Who waited for a container tells its end; what the container itself said before is the reason."""

_SHARED = ("auth_failure", "missing_database", "migration_failure", "tls_failure", "permission_denied")


def ranked(case: Case, found: list[Hypothesis]) -> list[Hypothesis]:
    """Return the hypotheses, linked and in the order in which they are told."""
    merged = _merged(case, found)
    ordered = sorted(merged, key=_order)
    of: dict[str | None, list[Hypothesis]] = {}
    for cause in ordered:
        of.setdefault(cause.service, []).append(cause)
    for effect in merged:
        near = of.get(effect.service, []), of.get(effect.dependency, [])
        others = ordered if effect.proxy else sorted([*near[0], *near[1]], key=_order)
        effect.follows = _cause(case, effect, others)
    best: dict[tuple[str, str | None], float] = {}
    for hypothesis in merged:
        key = (hypothesis.category, hypothesis.dependency or hypothesis.service)
        best[key] = max(best.get(key, 0.0), _score(hypothesis))

    def place(hypothesis: Hypothesis) -> tuple[object, ...]:
        key = (hypothesis.category, hypothesis.dependency or hypothesis.service)
        often = -len(hypothesis.rows) if hypothesis.category == "dependency_outage" else 0
        doubtful = hypothesis.confidence < weight("verdict.sure_enough")
        return (hypothesis.follows is not None, doubtful, -round(best[key], 1), often, *_order(hypothesis)[1:])

    return sorted(merged, key=place)


def _score(hypothesis: Hypothesis) -> float:
    """Weigh how sure a hypothesis is, how exact it is, and that what is still broken matters more."""
    recovered = weight("order.recovered") if hypothesis.recovered else 0.0
    return hypothesis.confidence + weight("order.exactness") * hypothesis.exactness - recovered


def _order(hypothesis: Hypothesis) -> tuple[object, ...]:
    return (-round(_score(hypothesis), 1), hypothesis.begins, hypothesis.category, hypothesis.service or "")


def _merged(case: Case, found: list[Hypothesis]) -> list[Hypothesis]:
    """Join what client and server both tell, and what two lines tell of one service."""
    kept: dict[tuple[str, str | None], Hypothesis] = {}
    for hypothesis in sorted(found, key=_order):
        same = kept.get((hypothesis.category, hypothesis.service)) or _client_of(case, hypothesis, list(kept.values()))
        if same is None:
            kept[hypothesis.category, hypothesis.service] = hypothesis
        else:
            _join(case, same, hypothesis)
    return _named(case, list(kept.values()))


def _named(case: Case, found: list[Hypothesis]) -> list[Hypothesis]:
    """Join what a line without a service tells with the same fault of a named one: a paste loses prefixes."""
    lost = [hypothesis for hypothesis in found if hypothesis.service is None and hypothesis.exactness == 3]
    for hypothesis in lost:
        twins = [other for other in found if other.category == hypothesis.category and other.service is not None]
        same = [other for other in twins if other.subject == hypothesis.subject and hypothesis.subject is not None]
        if same:
            _join(case, same[0], hypothesis)
            found = [other for other in found if other is not hypothesis]
    return found


def _client_of(case: Case, hypothesis: Hypothesis, others: list[Hypothesis]) -> Hypothesis | None:
    """Return the hypothesis that tells the same from the other side of the connection."""
    if hypothesis.category not in _SHARED:
        return None
    for other in others:
        sides = (hypothesis.service in case.stores, other.service in case.stores)
        if other.category == hypothesis.category and other.service and hypothesis.service and sides[0] != sides[1]:
            return other
    return None


def _join(case: Case, kept: Hypothesis, other: Hypothesis) -> None:
    if kept.service in case.stores and other.service not in case.stores:
        kept.service, kept.dependency, kept.sentence = other.service, kept.service, other.sentence
    elif other.service in case.stores and other.service != kept.service:
        kept.dependency = kept.dependency or other.service
    kept.dependency = kept.dependency or other.dependency
    kept.confidence = max(kept.confidence, other.confidence)
    kept.rows = [*kept.rows, *[row for row in other.rows if row not in kept.rows]]


def _cause(case: Case, effect: Hypothesis, others: list[Hypothesis]) -> Hypothesis | None:
    """Return the likeliest hypothesis of which `effect` is a consequence, the first of them in order."""
    return next((other for other in others if other is not effect and _leads_to(case, other, effect)), None)


def _leads_to(case: Case, cause: Hypothesis, effect: Hypothesis) -> bool:
    if cause.confidence < weight("order.cause") or cause.category in ("benign", "unknown"):
        return (
            cause.category == "unknown"
            and cause.exactness == 3
            and effect.exactness == 1
            and cause.service == effect.service
        )
    if effect.service == cause.service and _TOLD_END in (cause.kind, effect.kind):
        return effect.kind == _TOLD_END
    if effect.exactness == 1 and effect.service == cause.service and cause.exactness > 1:
        return True
    if cause.category not in _DEADLY or cause.service is None or cause.service == effect.service:
        return False
    if effect.category in _REACHING and effect.dependency == cause.service and not _cycle(cause, effect):
        return cause.category not in ("auth_failure", "missing_database") or cause.service in case.stores
    return effect.proxy and cause.exactness >= 2 and cause.recovered is not True and not cause.proxy


def _cycle(cause: Hypothesis, effect: Hypothesis) -> bool:
    return cause.dependency is not None and cause.dependency == effect.service
