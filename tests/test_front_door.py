import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "first", ["import incidentlab.load", "from incidentlab.load import load", "from incidentlab import load_all"]
)
def test_load_is_a_function_whatever_was_imported_before(first: str) -> None:
    """`incidentlab.load` is the function, though a module bears the same name."""
    code = f"{first}\nimport incidentlab\nprint(len(incidentlab.load('web-1  | ready\\n').logs))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A slip of the pen is told as for any module."""
    import incidentlab

    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = incidentlab.lod


def test_dir_shows_all_that_there_is() -> None:
    """What is imported on first use is shown too, and each name that is shown can be had."""
    import incidentlab

    assert {"load", "investigate", "plot", "report", "teach", "tables", "__version__"} <= set(dir(incidentlab))
    assert all(getattr(incidentlab, name) is not None for name in dir(incidentlab))


def test_a_table_says_what_its_columns_mean(tmp_path: Path) -> None:
    """The meanings go with a table and its parts, and are no hindrance to writing it."""
    import pandas as pd

    from incidentlab import load, tables

    logs = load("web-1  | ready\n").logs
    assert logs.attrs["columns"] == tables.LOGS.meanings
    assert logs[logs["line"] > 0].attrs["columns"]["ts"].startswith("when the engine read the line")
    logs.to_parquet(tmp_path / "logs.parquet")
    assert pd.read_parquet(tmp_path / "logs.parquet").attrs["table"] == "one log line"


def test_what_a_notebook_shows_of_an_incident_is_escaped() -> None:
    """Neither the name of an incident nor a sentence that quotes evidence becomes markup."""
    from incidentlab import investigate, load

    incident = load("<b>x</b>-1  | Error: connect ECONNREFUSED 127.0.0.1:1 <img src=x>\n" * 3, name="<img src=y>")
    found = investigate(incident)
    for shown in (incident._repr_html_(), found._repr_html_()):
        assert "<img" not in shown
        assert "<b>x" not in shown
    assert repr(found).startswith("Investigation('<img src=y>': ")
    assert "<code>states</code>" in found._repr_html_()
