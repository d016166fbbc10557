"""When there is nobody to accuse: nothing was harmed, or the evidence does not decide. Both are answers.

*Benign* needs proof: something works, nothing was harmed, and no source is cut off or empty where a harm could hide.
*Unknown* is told usefully: who was harmed, how often, with which exit codes, the last words before each end, and the
first error of all.
"""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, missing, series
from incidentlab.analyse.diagnosis.wording import sentence
from incidentlab.analyse.marks import says
from incidentlab.knowledge.weights import weight

_PATIENCE = 3
"""A beginning that is said as often is no accident."""

_CALM = 5
"""As many lines, each another, of which none complains, are a program at its work."""

_WORK = 20
"""As many are needed where something complained before them."""

_MANY = 2000
"""Lines at the end that are looked at."""

_LAST_WORDS = 3
"""Lines before an end that are shown."""


def verdict(case: Case, roots: list[Hypothesis], harms: pd.DataFrame) -> Hypothesis | None:
    """Return benign or unknown where no root is sure enough; None where one is."""
    if any(root.confidence >= weight("verdict.sure_enough") for root in roots):
        return None
    if len(harms) or any(root.confidence >= weight("verdict.candidate") for root in roots):
        return _unknown(case, tables.records(harms), roots)
    ending = _again(case) or _farewell(case)
    if ending is not None:
        return ending
    sign = _sign(case)
    calm = _calm(case) if sign is None else None
    shown = sign or calm
    if shown is None:
        return _complaint(case) or _silent(case)
    hidden = _cut_off(case) or _last_word(case) or _gave_up(case)
    if hidden is not None:
        return hidden
    sure = weight("verdict.benign" if sign else "verdict.calm")
    found = Hypothesis("benign", None, sure, "Nothing in the evidence failed.", exactness=0)
    found.rows = [evidence("for", "it works" if sign else "it goes on, and complains of nothing", shown)]
    _passed(case, found)
    return found


def _passed(case: Case, found: Hypothesis) -> None:
    """Tell of the errors that did not last: nothing is broken at the end, but not nothing happened."""
    refused = case.logs.index.isin(case.marked("refused_request")["row"])
    rows = tables.records(case.logs[case.errors | pd.Series(refused, index=case.logs.index)])
    if rows:
        lines = "one line reports an error" if len(rows) == 1 else f"{len(rows)} lines report errors"
        found.sentence = f"Nothing is broken at the end of the evidence; before it, {lines}, after which work goes on."
        found.rows += series("against", "an error that did not last", rows)


def _calm(case: Case) -> Record | None:
    """Return the last line of a text of many different lines none of which complains, or none after the last of many.

    A log often holds neither a start nor a success: a program is at its work, and says what it does.
    """
    said = case.logs[case.logs["kind"].isin(["log", "build"])]
    said = said[~said["file"].isin(case.logs["file"].iloc[case.marked("prose")["row"].astype(int)])]
    said = said[says(said["message"], "worded") & ~says(said["message"], "trace_line")].tail(_MANY)
    wrong = says(said["message"], "complains") & ~said["level"].isin(["debug", "info"])
    wrong |= said["level"].isin(["error", "fatal"]).fillna(value=False)
    after = said[~wrong[::-1].cummax()[::-1].astype(bool)]
    enough = _CALM if not wrong.any() else _WORK
    return tables.records(after.tail(1))[0] if after["message"].nunique() >= enough else None


def _cut_off(case: Case) -> Hypothesis | None:
    """Return the answer where a source could not be read: what failed may stand in it."""
    lost = case.ledger[case.ledger["error"].notna()]
    if not len(lost):
        return _complained(case)
    names = ", ".join(str(name) for name in lost["source"].head(_PATIENCE))
    text = f"Nothing that could be read failed, but {names} could not be read: what failed may stand there."
    found = Hypothesis("unknown", None, weight("verdict.unknown"), text, exactness=0)
    found.rows = [missing(f"{row['source']} ({row['error']})", "docker compose ps -a") for row in tables.records(lost)]
    return found


def _complained(case: Case) -> Hypothesis | None:
    """Return the answer where the engine or Compose speaks of an error at the end that is not known here."""
    said = case.logs[case.logs["service"].isna()]
    said = said[says(said["message"], "worded")].tail(_WORK)
    wrong = tables.records(said[says(said["message"], "engine_error")])
    if not wrong:
        return None
    found = Hypothesis("unknown", None, weight("verdict.unknown"), "It ends in an error that is not known here.")
    found.exactness, found.rows = 0, series("for", "the error", wrong)
    return found


def _last_word(case: Case) -> Hypothesis | None:
    """Return the answer where the last that a program says is an error: no later line shows that it went on."""
    for name in [*sorted(case.names - case.stores), None]:
        own = case.lines(name)
        if pd.notna(case.end_begins):
            own = own[own["order"].lt(case.end_begins).fillna(value=False)]
        own = own.tail(_MANY)
        own = own[says(own["message"], "worded")]
        own = own[~says(own["message"], "trace_line")].tail(1)
        if case.errors[own.index].any():
            text = f"{name or 'The text'} ends in an error; what it means is not known here."
            return _seen(name, text, "the last word", tables.records(own))
    return None


def _gave_up(case: Case) -> Hypothesis | None:
    """Return the answer where a program reports an error with which it ends, and says little after it."""
    for name in [*sorted(case.names - case.stores), None]:
        own = case.lines(name)
        wrong = own[case.errors[own.index]].tail(1)
        last = tables.records(wrong[says(wrong["message"], "gives_up")])
        if last and case.spoken_after(name, last[0])["message"].nunique() < _CALM:
            return _seen(name, f"{name or 'The program'} says that it gives up.", "an error that ends it", last)
    return None


def _sign(case: Case) -> Record | None:
    """Return what shows that something works: a line, a passed probe, a success at the end, a container that runs."""
    works = next((row for name in [*sorted(case.names), None] if (row := case.works(name)) is not None), None)
    ended = [row | {"message": "exited with code 0"} for row in case.ends(None) if row["exit_code"] == 0]
    up = case.marks.loc[case.marks["kind"].isin(["up", "served"]), "row"].astype(int).sort_values()
    ended += tables.records(case.logs.iloc[up].tail(1))
    passed = case.probes[case.probes["outcome"] == "pass"].head(1)
    runs = case.containers[case.containers["state"] == "running"].head(1)
    state = [row | {"ts": row["end"], "message": "probe passed"} for row in tables.records(passed)]
    state += [row | {"ts": row["started"], "message": "State.Status: running"} for row in tables.records(runs)]
    return works or next(iter([*ended, *state]), None)


def _again(case: Case) -> Hypothesis | None:
    """Return the answer to a log that says one beginning again and again, and nothing else: it ends without a word."""
    for name in [*sorted(case.names), None]:
        ready = next((span for span in case.spans(name) if span["phase"] == "ready"), None)
        own = case.lines(name) if not case.served(name) else case.logs[:0]
        own = own[says(own["message"], "worded")]
        if ready is not None:
            own = own[own["order"].ge(ready["start_order"]).fillna(value=False)]
            same = own[own["message"].eq(own["message"].iloc[0])] if len(own) else own
            if len(same) >= _PATIENCE and own["message"].nunique() * _PATIENCE <= len(own):
                return _restarted(name, tables.records(same))
    return None


def _restarted(name: str | None, same: list[Record]) -> Hypothesis:
    text = f"{name or 'The program'} says the same again and again, as if restarted; why is not in the evidence."
    return _seen(name, text, "it began again", same, ask="docker compose ps -a; docker events --since 1h")


def _seen(
    service: str | None, text: str, fact: str, rows: list[Record], *, ask: str = "docker compose ps -a"
) -> Hypothesis:
    """Return the answer that tells what is seen of a program, and asks how it ended."""
    found = Hypothesis("unknown", service, weight("verdict.unknown"), text, exactness=0)
    found.rows = [*series("for", fact, rows), missing("whether and how it ended", ask)]
    return found


def _complaint(case: Case) -> Hypothesis | None:
    """Return the answer where the one program that reports an error does so in words that are not known here."""
    wrong = case.logs[case.errors]
    if wrong["service"].nunique() != 1 or wrong["service"].isna().any():
        return None
    service = str(wrong["service"].iloc[0])
    text = f"{service} reports an error; what it means is not known here."
    return _seen(service, text, "an error", tables.records(wrong))


def _farewell(case: Case) -> Hypothesis | None:
    """Return the answer where a program's last word is that it ends, and nobody is seen to have asked for it."""
    stops = case.marks["kind"].eq("stop_word").any() or pd.notna(case.end_begins)
    for name in [] if stops else [*sorted(case.names), None]:
        own = case.lines(name)
        last = own[own["kind"].eq("log") & says(own["message"], "worded")].tail(1)
        if says(last["message"], "farewell").any():
            text = f"{name or 'The program'} says that it ends; why is not in the evidence."
            return _seen(name, text, "its last word", tables.records(last))
    return None


def _silent(case: Case) -> Hypothesis:
    """Return the answer where nothing is seen to fail, and nothing to work: most often a part of a longer text."""
    said = case.logs[case.logs["kind"].isin(["log", "build"])].tail(_MANY)
    wrong = said[says(said["message"], "complains") & ~says(said["message"], "trace_line")].tail(_LAST_WORDS)
    if len(wrong):
        text = "The text complains of something that is not known here, and nothing is seen at work."
        return _seen(None, text, "a complaint", tables.records(wrong))
    text = "The evidence shows neither a failure that is known here nor anything at work."
    found = Hypothesis("unknown", None, weight("verdict.unknown"), text, exactness=0)
    found.rows = [missing("the lines around it, exit codes, health", "docker compose ps -a; docker compose logs")]
    return found


def _unknown(case: Case, harmed: list[Record], roots: list[Hypothesis]) -> Hypothesis:
    """Tell who was harmed and how, with the last words before each end; no cause is named."""
    service = next((str(row["service"]) for row in harmed if pd.notna(row["service"])), None)
    candidates = ", ".join(dict.fromkeys(root.category for root in roots))
    harmful = "; ".join(sentence(harm) for harm in harmed[:_LAST_WORDS])
    text = (
        f"{harmful}; why, the evidence does not decide"
        if harmful
        else "Something failed, and the evidence does not decide why"
    )
    found = Hypothesis(
        "unknown",
        service,
        weight("verdict.unknown"),
        f"{text}; candidates: {candidates}." if roots else f"{text}.",
        exactness=0,
    )
    shown = [row for root in roots for row in root.rows if row["role"] == "for"]
    found.rows = [evidence("for", sentence(harm), harm | {"message": harm["detail"]}) for harm in harmed[:4]] or shown[
        :4
    ]
    found.rows += [row for harm in harmed for row in _last_words(case, harm)][: 2 * _LAST_WORDS]
    found.rows += _first_error(case, found.rows)
    found.rows.append(missing("exit codes, health and limits", "incidentlab capture PROJECT -o BUNDLE"))
    return found


def _last_words(case: Case, harm: Record) -> list[Record]:
    """Return the last lines that the harmed container said before its end."""
    if harm["kind"] != "ended" or pd.isna(harm["service"]):
        return []
    own = case.lines(str(harm["service"]))
    own = own[own["message"].str.strip().ne("")]
    if pd.notna(harm["ts"]) and own["ts"].notna().any():
        own = own[own["ts"].le(harm["ts"] + pd.Timedelta(seconds=1))]
    elif pd.notna(harm["order"]):
        own = own[own["order"].lt(harm["order"]).fillna(value=False)]
    said = f"last words of {harm['service']} before it ended"
    return [evidence("for", said, row) for row in tables.records(own.tail(_LAST_WORDS))]


def _first_error(case: Case, shown: list[Record]) -> list[Record]:
    places = {(row["file"], row["line"]) for row in shown}
    first = tables.records(case.logs[case.errors].sort_values(["ts", "order"], na_position="last").head(1))
    new = [row for row in first if (row["file"], row["line"]) not in places]
    return [evidence("for", "the first error of all", row) for row in new]
