import json
import re
from pathlib import Path

import nbformat
import pytest

from incidentlab.run.one import NotebookFailed, page, run
from incidentlab.tables import BadInput, BadParameter

V4 = nbformat.v4


def notebook(folder: Path, *code: str) -> Path:
    """Write a notebook with a parameter `source` and some code cells."""
    tagged = V4.new_code_cell('source: str = "x"  # where', metadata={"tags": ["parameters"]})
    path = folder / "q.ipynb"
    nbformat.write(V4.new_notebook(cells=[tagged, *map(V4.new_code_cell, code)]), path)
    return path


def test_the_run_leaves_notebook_and_page(tmp_path: Path) -> None:
    """A run writes the executed notebook, with its parameters, and an HTML page of the same name."""
    ran = run(notebook(tmp_path, "print('saw', source)"), "some-project", output=tmp_path / "out")
    assert "saw some-project" in json.dumps(nbformat.read(ran.notebook, as_version=4))
    assert "saw some-project" in ran.page.read_text()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["q-some-project.html", "q-some-project.ipynb"]


def test_each_of_several_sources_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources of one incident reach the kernel, which runs elsewhere, by paths that hold there too."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.log", "b.csv"):
        Path(name).touch()
    ran = run(notebook(tmp_path, "print('saw', source)"), "a.log + b.csv", output=tmp_path / "out")
    assert f"saw {tmp_path}/a.log + {tmp_path}/b.csv" in json.dumps(nbformat.read(ran.notebook, as_version=4))


def test_the_executed_notebook_names_its_input_and_does_not_hold_it(tmp_path: Path) -> None:
    """A folder may be called anything, and the input is kept by its path: once in the file is enough."""
    folder = tmp_path / "{a}"
    folder.mkdir()
    book = notebook(folder, "print('saw', source)")
    ran = run(book, "s", output=folder / "out")
    assert nbformat.read(ran.notebook, as_version=4).metadata["papermill"]["input_path"] == str(book)


def test_a_cell_that_raises_is_named_and_what_ran_is_kept(tmp_path: Path) -> None:
    """A failed run is an error of one line, and leaves the notebook up to the cell under another name."""
    with pytest.raises(NotebookFailed, match=r"ZeroDivisionError.*q-s\.failed\.ipynb"):
        run(notebook(tmp_path, "print('first')", "1 / 0"), "s", output=tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["q-s.failed.ipynb"]
    assert "first" in (tmp_path / "out" / "q-s.failed.ipynb").read_text()


def test_a_wrong_parameter_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """An unknown name ends the run before a kernel starts: not even the output folder is made."""
    with pytest.raises(BadParameter):
        run(notebook(tmp_path), "s", parameters={"sauce": 1}, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("content", "says"), [(None, "no notebook"), ("{", "is no notebook")])
def test_a_missing_or_broken_notebook_is_said_in_one_line(tmp_path: Path, content: str | None, says: str) -> None:
    """What is not there or no notebook is bad input."""
    path = tmp_path / "n.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInput, match=says):
        run(path, "s", output=tmp_path / "out")


def test_the_page_makes_no_request_and_runs_no_script() -> None:
    """A page without tables or timelines names nothing to load, has no script, and a policy that forbids both."""
    shown = V4.new_output("display_data", {"text/html": "<p>table</p>", "image/png": "aGk="})
    book = V4.new_notebook(cells=[V4.new_markdown_cell("# Title"), V4.new_code_cell("1", outputs=[shown])])
    text = page(book, title="<t>")
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?!data:|#)[a-z/]""", text)
    assert "&lt;t&gt;" in text


def test_a_page_with_tables_and_timelines_brings_their_scripts_once() -> None:
    """Two timelines and a table bring three scripts, each named by the policy, and still nothing to load."""
    drawn = "<div class=\"incidentlab-timeline\" data-figure='{}'></div><table></table>"
    cells = [V4.new_code_cell("1", outputs=[V4.new_output("display_data", {"text/html": drawn})]) for _ in range(2)]
    text = page(V4.new_notebook(cells=cells), title="t")
    assert text.count("<script>") == 3
    assert text.index("<script>") > text.rindex("data-figure=")
    assert text.partition("</head>")[0].count("'sha256-") == 4  # BokehJS once more, as it is when unpacked
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?!data:|#)[a-z/]""", text)


def test_a_script_of_the_evidence_is_not_named_by_the_policy() -> None:
    """An output that is a script itself is in the page, and the policy does not let it run."""
    shown = V4.new_output("display_data", {"text/html": "<script>alert(1)</script>"})
    text = page(V4.new_notebook(cells=[V4.new_code_cell("1", outputs=[shown])]), title="t")
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'\"" in text
