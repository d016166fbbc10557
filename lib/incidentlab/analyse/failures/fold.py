r"""Lines become records: a stack trace, a chain of causes, a message over several lines is one failure.

Within one container a line goes on with the record above it if it is indented, empty, or opens with the words by
which a runtime goes on: ``Caused by:``, ``... 26 more``, ``During handling of the above exception``, ``---> ``, a
closing brace. A Python trace ends with the first line that is not indented: the exception itself.

A record has one root. Java, .NET and Node write the cause last; Python writes the first exception first and raises the
others from it. A line that names what failed outranks one that only says that something did.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from incidentlab.analyse.failures.match import fits, text_array
from incidentlab.knowledge import GROUPS, asked

_GOES_ON = (
    r"^(?:\s|$|Caused by: |Suppressed: |\.\.\. \d+ |During handling of the|The above exception was|Stack trace:"
    r"|#\d+ |goroutine \d|created by |--- End of|note: run with|Node\.js v\d|[}\])]|at [\w$.]+\(|The last packet "
    r"|[\w./*]+\([^)]*\)$)"
)
_CHAINED = r"^(?:During handling of the|The above exception was)"
_FRAME = r'^\s+File ".+", line \d+'
_RAISED = r"^(?P<code>[A-Za-z_][\w.]*)(?:: (?P<subject>.*))?$"
_LAST_IS_ROOT = r"^\s*(?:Caused by: |\[?cause\]?: |---> |-+> )|(?:^| )---> "

_MIGRATING = (
    r"db/migrations/executor|core/management/commands/migrate|alembic[/.](?:command|runtime|script)|Running upgrade "
    r"|ActiveRecord::Migration|/db/migrate/|== \S+ \w+: migrating|flywaydb|liquibase|knex/lib/migrations|umzug"
    r"|MigrationExecutor|(?i:running (?:database )?migrations?|applying (?:database )?migrations?|prisma migrate"
    r"|migrating database|run(?:ning)? migrate)|Applying [\w.]+\.\d{4}_\w+|/migrations?/[\w.-]+\.(?:sql|js|ts|py|rb)"
)
_BECOMES_MIGRATION = ("sql", "schema", "crash", "privilege", "exit")

_RANK = {"exit": 0, "waiting": 0, "blank_variable": 0, "arch_hint": 0, "crash": 1, "sql": 2, "import": 2, "connect": 3}
_EXACT = 4


def fold(logs: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return one row per record that holds a failure.

    Parameters
    ----------
    logs
        LOGS.
    hits
        What `match` found in them.

    Returns
    -------
    pandas.DataFrame
        The columns of FAILURES without target and target_by.
    """
    lines = _records(logs)
    raised = _raised(lines, hits)
    hits = pd.concat([hits, raised], ignore_index=True) if len(raised) else hits
    hits = hits.assign(record=lines["record"].to_numpy()[hits["row"].astype(int)])
    noise = hits.loc[hits["kind"] == "harmless", "row"]
    hits = hits[~hits["row"].isin(noise)]
    roots = _roots(lines, hits)
    filled = _filled(lines, hits, roots)
    return _as_failures(lines, filled)


def _records(logs: pd.DataFrame) -> pd.DataFrame:
    """Give each line its record, numbered per container; `row` is the position in `logs`."""
    lines = logs.assign(row=range(len(logs)), stream_key=logs["container"].fillna(logs["service"]).fillna(""))
    lines = lines.sort_values(["stream_key", "row"], kind="stable")
    text = text_array(lines["message"])
    same = lines["stream_key"].eq(lines["stream_key"].shift())
    goes_on, chained, frame = (_mask(text, pattern, lines.index) for pattern in (_GOES_ON, _CHAINED, _FRAME))
    goes_on &= lines["kind"].ne("compose") | lines["message"].eq("")
    before = lines["message"].where(lines["message"].str.len() > 0).groupby(lines["stream_key"]).ffill()
    before = before.groupby(lines["stream_key"]).shift().fillna("")
    after = text_array(before)
    ends_trace = _mask(after, r"^\s", lines.index) & _mask(text, _RAISED, lines.index) & ~goes_on
    opens_again = _mask(text, r"^Traceback \(most recent", lines.index) & _mask(after, _CHAINED, lines.index)
    rust = _mask(after, r"panicked at \S+:\d+:\d+:$", lines.index)
    provisional = (~(goes_on | ends_trace | opens_again | rust) | ~same).cumsum()
    in_python = frame.groupby(provisional).transform("any")
    record = (~(goes_on | (ends_trace & in_python) | opens_again | rust) | ~same).cumsum()
    return lines.assign(record=record, raised=ends_trace & in_python, chained=chained).sort_values("row")


def _mask(text: pa.Array, pattern: str, index: pd.Index[Any]) -> pd.Series[bool]:
    return pd.Series(pc.match_substring_regex(text, pattern).to_pandas().to_numpy(), index=index)


def _raised(lines: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return the exceptions that end a Python trace and fit no signature, as crashes."""
    ends = lines[lines["raised"] & ~lines["row"].isin(hits["row"])]
    groups = ends["message"].str.extract(_RAISED)
    found = groups.assign(row=ends["row"], signature="python_exception", kind="crash", runtime="python")
    return found.reindex(columns=hits.columns)


def _roots(lines: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Choose the line that decides for each record: the most exact kind, then the deepest cause."""
    message = lines["message"].to_numpy()[hits["row"].astype(int)]
    deeper = pd.Series(message, index=hits.index, dtype="str").str.contains(_LAST_IS_ROOT, regex=True)
    last = deeper.groupby(hits["record"]).transform("any") | (hits["kind"] == "crash")
    place = hits["row"].where(last, -hits["row"])
    located = hits[["host", "address"]].notna().any(axis=1)
    ranked = hits.assign(rank=hits["kind"].map(_RANK).astype("float64").fillna(_EXACT) + 0.5 * located, place=place)
    chosen = ranked.sort_values(["record", "rank", "place"]).groupby("record").tail(1)
    return chosen.sort_values("row").drop(columns=["rank", "place"])


def _filled(lines: pd.DataFrame, hits: pd.DataFrame, roots: pd.DataFrame) -> pd.DataFrame:
    """Fill what the deciding line does not name from the other lines of its record."""
    around = lines[lines["record"].isin(roots["record"]) & ~lines["row"].isin(hits["row"])]
    details = fits(text_array(around["message"]), asked("detail"))
    details = details.assign(record=around["record"].to_numpy()[details["text"].astype(int)])
    named = pd.concat([hits, details], ignore_index=True)[["record", *GROUPS]]
    spare = named.groupby("record")[list(GROUPS)].first()
    keep = roots.set_index("record")
    keep[list(GROUPS)] = keep[list(GROUPS)].fillna(spare.loc[keep.index])
    migrating = _in_migration(lines).loc[keep.index] & keep["kind"].isin(_BECOMES_MIGRATION)
    return keep.assign(kind=keep["kind"].mask(migrating, "migration")).reset_index()


def _in_migration(lines: pd.DataFrame) -> pd.Series[bool]:
    """Say of each record whether it, or one of the three lines before it, speaks of a running migration."""
    says = _mask(text_array(lines["message"]), _MIGRATING, lines.index)
    stream = says.groupby(lines["stream_key"])
    near = (
        says | stream.shift(1, fill_value=False) | stream.shift(2, fill_value=False) | stream.shift(3, fill_value=False)
    )
    first = near.groupby(lines["record"]).first()
    return first | says.groupby(lines["record"]).any()


def _as_failures(lines: pd.DataFrame, roots: pd.DataFrame) -> pd.DataFrame:
    ends = lines[lines["message"].str.strip().str.len() > 0].groupby("record")["line"].last()
    own = lines.set_index("row").loc[roots["row"].astype(int), ["ts", "order", "service", "container", "message"]]
    where = lines.set_index("row").loc[roots["row"].astype(int), ["file", "line", "pointer"]]
    columns = pd.concat([own.reset_index(drop=True), where.reset_index(drop=True)], axis=1)
    kept = roots[["kind", "signature", "runtime", *GROUPS]].reset_index(drop=True)
    numbers = {name: pd.to_numeric(kept[name], errors="coerce").astype("Int64") for name in ("errno", "port")}
    last = ends.reindex(roots["record"]).reset_index(drop=True)
    typed = kept.astype(dict.fromkeys(("code", "syscall", "host", "address", "subject"), "str")).assign(**numbers)
    return pd.concat([columns, typed, last.rename("last_line")], axis=1)
