"""Checks the replay of `incidentlab.analyse.whatif` against the engine: what it predicts is played, and compared.

Plays of the start-up race give the facts: when Postgres is ready, how long auth-service takes to its first try, what a
start costs. Plays in which auth-service waits say when Postgres is ready if it starts alone, which is sooner. From
these alone the outcome of every setting of the grid is predicted. Then each is played once for real, with postgres and
auth-service only, captured, and read from the evidence. A prediction is right if the outcome and its reason are
those that happened, and the recovery came within 1 s or 10 % of the time predicted.

A replay takes the time to ready as given, and no two starts of Postgres take the same. So it is asked twice: before
the play, with the time that the calibration lets expect; and with the time that was then seen in the play's evidence,
all other facts as before. Both answers have to be right.

A delay that doubles makes much of little, so a setting counts only if it is firm: if its prediction stays right when
Postgres and auth-service are half a second earlier or later, in all combinations. That is decided before the play;
the others are shown, and not counted.

Exit status: 0 all firm predictions were right; 1 one was not, or too few were firm; 2 it cannot be checked here.
"""

import argparse
import json
import math
import os
import re
import statistics
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from grid import GRID, healthy, words
from incidentlab.analyse.whatif import Facts, Outcome, Setting, nearby, replay
from incidentlab.tables import IncidentlabError
from scenario import BUILD, LAB, OffScript, Unusable, say
from trial import Case, happened, measure, play, stage

PAGE, RAW = LAB / "README.md", BUILD / "verify.json"
MARKS = ("<!-- written by verify.py: begin -->\n", "<!-- written by verify.py: end -->\n")
FIRM_NEEDED = 20
SLACK_S = 0.5
"""Starts of the same stack on the same machine differed by so much; Postgres alone is faster than in a race."""
CALIBRATIONS = 5
INIT_S = 4.0
RACE, ALONE = Case(INIT_S, Setting(restart="on-failure")), Case(INIT_S, healthy(2))


@dataclass(frozen=True)
class Row:
    """One setting: what is predicted before it is played, what happened, and the replay with the readiness seen in it.

    Times to ready in seconds after the start of Postgres; `seen_s` is NaN if it was not ready before all was decided.
    """

    case: Case
    expected_s: float
    firm: bool
    predicted: Outcome
    real: Outcome
    seen_s: float
    replayed: Outcome

    @property
    def right(self) -> bool:
        """Whether both answers were right."""
        return alike(self.predicted, self.real) and alike(self.replayed, self.real)


def alike(predicted: Outcome, other: Outcome) -> bool:
    """Say whether an outcome is that predicted: for the same reason, and within 1 s or 10 % of the time predicted."""
    if predicted.reason != other.reason:
        return False
    return not predicted.recovers or abs(other.at_s - predicted.at_s) <= max(1.0, 0.1 * predicted.at_s)


# Predict


def middle(measured: list[Facts]) -> Facts:
    """Return the medians of facts that were measured in plays of the same case.

    Raises
    ------
    Unusable
        Not most of them agree on when Postgres is ready: the machine has other things to do.
    """
    ready = sorted(facts.ready[0][0] for facts in measured)
    usual = statistics.median(ready)
    if 2 * sum(abs(second - usual) <= SLACK_S for second in ready) <= len(ready):
        raise Unusable(f"Postgres took {ready[0]:.1f} to {ready[-1]:.1f} s to the same start: the machine is busy")
    names = [field.name for field in fields(Facts) if isinstance(getattr(measured[0], field.name), float)]
    medians: dict[str, Any] = {name: statistics.median(getattr(facts, name) for facts in measured) for name in names}
    for name in ("ready", "temporary"):
        spans = zip(*(getattr(facts, name) for facts in measured), strict=True)
        medians[name] = tuple(tuple(map(statistics.median, zip(*span, strict=True))) for span in spans)
    return replace(measured[0], **medians)


def later(facts: Facts, by_s: float) -> Facts:
    """Return the facts if Postgres initialised itself for so much longer: its temporary server ends later."""
    return replace(
        facts,
        ready=tuple((begin + by_s, end + by_s) for begin, end in facts.ready),
        temporary=tuple((begin, end + by_s) for begin, end in facts.temporary),
    )


def is_firm(facts: Facts, setting: Setting) -> bool:
    """Say whether the prediction stays right where Postgres and auth-service are `SLACK_S` earlier or later."""
    predicted = replay(facts, setting)
    around = nearby(facts, setting, slack_s=SLACK_S).itertuples()
    return all(alike(predicted, replace(predicted, reason=one.reason, at_s=one.at_s)) for one in around)


# Compare


def calibrate() -> dict[str, Facts]:
    """Measure the facts for both conditions of `depends_on`."""
    facts = {}
    for case in (RACE, ALONE):
        say(f"calibrating: {words(case.setting)}")
        facts[case.setting.condition] = middle([measure(play(case)) for _ in range(CALIBRATIONS)])
    race, alone = facts["service_started"], facts["service_healthy"]
    facts["service_healthy"] = replace(race, ready=alone.ready, temporary=alone.temporary, probe_s=alone.probe_s)
    return facts


def check(ready_s: float, setting: Setting, facts: Facts) -> Row:
    """Predict a setting from the facts of the calibration, then play it."""
    case = Case(max(0.0, round(INIT_S + ready_s - facts.ready[0][0], 2)), setting)
    known = later(facts, case.init_s - INIT_S)
    predicted, firm = replay(known, setting), is_firm(known, setting)
    found = play(case)
    seen = measure(found)
    replayed = replay(replace(known, ready=seen.ready, temporary=seen.temporary), setting)
    seen_s = seen.ready[0][0] if seen.ready else math.nan
    return Row(case, known.ready[0][0], firm, predicted, happened(found), seen_s, replayed)


# Tell


HEAD = "setting|firm|real|ready s, expected|predicted|right|ready s, seen|replayed|right".split("|")  # noqa: SIM905


def cells(row: Row) -> tuple[str, ...]:
    """Write a row of the table."""
    seen = "" if math.isnan(row.seen_s) else f"{row.seen_s:.2f}"
    before, after = (compared(outcome, row.real) for outcome in (row.predicted, row.replayed))
    firm = "yes" if row.firm else "no"
    return (words(row.case.setting), firm, told(row.real), f"{row.expected_s:.2f}", *before, seen, *after)


def told(outcome: Outcome) -> str:
    """Write an outcome; with its second only where there was a recovery."""
    return outcome.reason.replace("_", " ") + (f" {outcome.at_s:.2f}" if outcome.recovers else "")


def compared(answer: Outcome, real: Outcome) -> tuple[str, str]:
    """Write an answer of the replay, and whether it was right."""
    return told(answer), "yes" if alike(answer, real) else "no"


def line(texts: Iterable[str]) -> str:
    """Write a line of a Markdown table."""
    return f"| {' | '.join(texts)} |"


def verdict(rows: list[Row]) -> tuple[bool, str]:
    """Judge all rows: whether the replay has stood the test, and in words."""
    firm = [row for row in rows if row.firm]
    before, after = ([row for row in firm if alike(getattr(row, name), row.real)] for name in ("predicted", "replayed"))
    away = max((abs(row.real.at_s - row.replayed.at_s) for row in after if row.real.recovers), default=0.0)
    said = (
        f"of {len(firm)} firm settings {len(before)} were predicted right before they were played, and {len(after)} "
        f"with the readiness seen in the play, the recoveries then at most {away:.2f} s away"
    )
    return all(row.right for row in firm) and len(firm) >= FIRM_NEEDED, said


def table(rows: list[Row]) -> str:
    """Write the table for the README."""
    return "\n".join([line(HEAD), line(["---"] * len(HEAD)), *(line(cells(row)) for row in rows)]) + "\n"


def plain(value: Any) -> Any:
    """Make a value fit for JSON, which has no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def between(page: str, text: str) -> str:
    """Put a text between the two marks of a page."""
    begin, end = map(re.escape, MARKS)
    return re.sub(f"({begin}).*({end})", lambda found: found[1] + text + found[2], page, count=1, flags=re.DOTALL)


def keep(rows: list[Row], facts: dict[str, Facts], *, write: bool) -> bool:
    """Leave the raw numbers in `build/`, the table in the README if it is wanted, and give the verdict."""
    well, said = verdict(rows)
    took = [known.ready[0][0] for known in facts.values()]
    page = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores: {said}. With `INIT_SECONDS` {INIT_S:g}, "
        f"Postgres was ready after {took[0]:.2f} s beside auth-service, after {took[1]:.2f} s alone.\n\n{table(rows)}"
    )
    known = {condition: asdict(known) for condition, known in facts.items()}
    raw = {"said": said, "load": os.getloadavg(), "facts": known}
    raw["rows"] = [asdict(row) | {"right": row.right} for row in rows]
    RAW.write_text(json.dumps(plain(raw), indent=1) + "\n")
    if write:
        PAGE.write_text(between(PAGE.read_text(), page))
    print(page)
    return well


def verify(*, write: bool) -> bool:
    """Measure, predict and play the whole grid."""
    with stage():
        facts, rows = calibrate(), []
        say(f"predicting and playing {len(GRID)} settings")
        for ready_s, setting in GRID:
            rows.append(check(ready_s, setting, facts[setting.condition]))
            say(line(cells(rows[-1])))
    return keep(rows, facts, write=write)


def main() -> int:
    """Read the command line, check, and give the exit status."""
    parser = argparse.ArgumentParser(prog="verify.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into lab/README.md")
    arguments = parser.parse_args()
    try:
        return 0 if verify(write=arguments.write) else 1
    except (Unusable, OffScript, IncidentlabError) as error:
        say(str(error))
        return 1 if isinstance(error, OffScript) else 2


if __name__ == "__main__":
    sys.exit(main())
