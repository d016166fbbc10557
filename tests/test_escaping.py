"""What evidence and people name never becomes anything but text, in pages, figures and files."""

import re
import unicodedata
from pathlib import Path

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from matplotlib.text import Text

from incidentlab import investigate, load, offline, plot
from incidentlab.report import postmortem
from incidentlab.run import index, one

ROOT = Path(__file__).parent.parent
RAW = "a\x1b[31m\x07b\x9b1m\u202ec\u200b\ufeffd\x00\r"


def hidden(text: str) -> set[str]:
    """Return the control and format characters of a page, line ends and tabs apart."""
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\t"}


def test_an_exported_notebook_has_no_raw_control_character() -> None:
    """ESC, BEL, C1, bidi marks and NUL in any output of a notebook are pictures in its page."""
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": f"<p>{RAW}</p>", "text/plain": RAW}),
        nbformat.v4.new_output("stream", text=RAW),
        nbformat.v4.new_output("execute_result", {"text/plain": RAW}),
    ]
    cells = [
        nbformat.v4.new_markdown_cell(f"# {RAW} &#8238; &#x202E;"),
        nbformat.v4.new_code_cell("1", outputs=outputs),
    ]
    shown = one.page(nbformat.v4.new_notebook(cells=cells), title=RAW)
    assert hidden(shown) == set()
    assert not re.search(r"&#(8238|x202e)", shown, re.IGNORECASE)


def test_the_index_of_a_batch_has_no_raw_control_character() -> None:
    """Names of incidents, services and causes that hold such characters are pictures in the index, too."""
    names = ["incident", "status", "category", "service", "dependency", "confidence", "sentence", "error", "duration_s"]
    columns = sorted({*names, *re.findall(r"row\.(\w+)", (index._TEMPLATES / "index.html.j2").read_text())})
    frame = pd.DataFrame([dict.fromkeys(columns)]).astype(object)
    frame.loc[0, ["incident", "service", "sentence", "status"]] = [RAW, RAW, RAW, "done"]
    shown = index.page(frame, title=RAW)
    assert hidden(shown) == set()
    assert "a␛" in shown


def test_a_postmortem_has_no_raw_control_character(tmp_path: Path) -> None:
    """Neither what a line says nor what people wrote stands raw in a page, spelt as a reference or not."""
    failed = f"Error: connect ECONNREFUSED 172.18.0.3:5432 {RAW.strip()}"
    found = investigate(load(f"web-1  | 2026-11-23T09:24:45Z {failed}\nweb-1 exited with code 1\n"))
    postmortem.people(tmp_path, found)
    asked = (tmp_path / "human.yaml").read_text()
    (tmp_path / "human.yaml").write_text(re.sub("(?m)^title:.*", r'title: "a &#8238; \\e[31m b"', asked))
    postmortem.write(found, tmp_path)
    pages = {path.name: path.read_text() for path in tmp_path.glob("*.html")}
    assert len(pages) == 2
    assert {name: hidden(page) for name, page in pages.items()} == {name: set() for name in pages}
    assert hidden((tmp_path / "postmortem.md").read_text()) == set()


POLICY = re.compile(r"default-src|script-src")


def test_the_policy_of_all_pages_is_made_in_one_place() -> None:
    """No template and no module but one spells a content security policy."""
    lib = ROOT / "lib" / "incidentlab"
    files = [path for end in ("py", "j2", "html", "js") for path in lib.rglob(f"*.{end}")]
    assert [path.name for path in files if POLICY.search(path.read_text(encoding="utf-8"))] == ["scripts.py"]
    assert index.page(pd.DataFrame({"status": []}), title="t").count("script-src") == 1


def test_a_dollar_sign_begins_no_formula() -> None:
    """A figure shows a name with dollar signs as it stands, and draws; figures of the user's own may have formulas."""
    pairs = [("we$\\frac{b$", "starting"), ("d$x$b", "Error: connect ECONNREFUSED 172.18.0.3:5432")]
    lines = [f"{name}-1  | 2026-11-23T09:24:4{place}Z {said}\n" for place, (name, said) in enumerate(pairs)]
    found = investigate(load("".join(lines).replace("we$\\frac{b$-1", "web-1").replace("d$x$b-1", "db-1")))
    named = found.timeline.assign(service=found.timeline["service"].map({"web": pairs[0][0], "db": pairs[1][0]}))
    axes = plot.timeline(named, found.phases.head(0), window=(found.incident.start, found.incident.end))
    figure = axes.get_figure(root=True)
    figure.canvas.draw()
    texts = [text for text in figure.findobj(Text) if "$" in text.get_text()]
    assert texts
    assert not any(text.get_parse_math() for text in texts)
    assert mpl.rcParams["text.parse_math"] is True


@pytest.mark.parametrize("kept", ["ünïcödé — ✎ 漢字 🙂", "a\tb\nc", "&#38; &#x2603; &amp;"])
def test_ordinary_text_stays(kept: str) -> None:
    """Letters of any script, line ends, tabs and other references are what they were."""
    assert offline.harmless(kept) == kept
