"""The draft and its files."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from incidentlab import plot
from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.report.postmortem import (
    Cite,
    Document,
    Draft,
    Row,
    Statement,
    draft,
    folder_of,
    identity,
    read,
    uncited,
    write,
)
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.report.postmortem.pages.page import page
from incidentlab.report.postmortem.pages.plain import LEGEND, plain
from incidentlab.report.postmortem.pages.written import escaped
from incidentlab.report.postmortem.statement import Excerpt, Passage, Section, claims
from incidentlab.tables import BadInput, BadTable

Investigated = Callable[[str], Investigation]
Drafted = Callable[[str], Draft]
DATA = Path(__file__).parent.parent.parent / "data"
RECORDINGS = sorted(path.parent.name for path in DATA.glob("*/manifest.json"))
LINK = re.compile(r"\[\d+\]\(#(E-[0-9a-f]{8})\)")
ROW = re.compile(r'<a id="(E-[0-9a-f]{8})"></a>\d+ \|')
MOST_WORDS = 950
MOST_ROWS = 15
HEADINGS = """\
Summary|What broke|Why it broke|Actions taken|Lessons|Next steps|Incident|Timestamp|Error / symptom
Root cause and contributing factors|Diagnosis steps performed|Fix, short-term|Fix, long-term|Why this fix|Verification
Follow-ups|Modifications and rationale|Operational notes|Commands to verify|Impact|Detection|Timeline|Milestones
What went well|What went wrong|Where we were lucky|Action items|What we do not know|Appendix"""
HOSTILE = """\
app-1  | Error: connect ECONNREFUSED 127.0.0.1:5432 <script>alert(1)</script> #import "x" `t` [a](http://e.x) \x1b[31m
app-1  | Error: connect ECONNREFUSED 127.0.0.1:5432 ``` | --> ]] $ #panic() @here <img src=x onerror=alert(1)> {{ 7*7 }}
"""


def unproved_lines(text: str) -> list[str]:
    """Return the lines of a Markdown page that say something without a link to evidence, read without the library."""
    body = text.partition("\n## ")[2].partition("<details><summary>Evidence")[0]
    body = re.sub(r"(?ms)^(`{3,})text\n.*?^\1\n", "", body)  # its note stands above or below it
    lines = [line for line in body.split("\n")[1:] if line]
    marked = ("#", "> **?** ", "✎", "- ✎", "![Timeline](", "|---", "<details>", "</details>")
    told = [line for line in lines if not line.startswith(marked)]
    headers = [line for line, below in pairwise(lines) if below.startswith("|---")]
    return [line for line in told if line not in headers and not LINK.search(line)]


def body_words(text: str) -> int:
    """Count the words before the appendix, the numbers of the notes included, the targets of links not."""
    before = re.sub(r"\]\([^)]*\)", "]", text.partition("\n## Appendix")[0])
    return len([word for word in before.split() if re.search(r"\w", word)])


class Claims(HTMLParser):
    """Collect the paragraphs, rows and excerpts of a page, each with the ids that it links to, and all anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[tuple[str, set[str]]] = []
        self.anchors: set[str] = set()
        self.open: list[str] = []
        self.requests: list[str] = []
        self.tags: set[str] = set()
        self.feed(text.partition('<details id="evidence">')[0])
        self.anchors |= set(re.findall(r'<tr id="(E-[0-9a-f]{8})">', text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a claim at each block that is not marked as a person's, and note its links."""
        known = dict(attrs)
        self.tags.add(tag)
        self.requests += [v for k, v in attrs if k in ("src", "href") and v and not v.startswith(("#", "data:"))]
        if tag in ("p", "tr", "div", "li") and known.get("class") != "postmortem":
            self.said.append((f"{tag}.{known.get('class')}", set()))
        if tag == "a" and self.said:
            self.said[-1][1].add(str(known["href"]).removeprefix("#"))

    def unproved(self) -> list[str]:
        """Return the claims without a link to a row of the appendix."""
        passed = {"p.prompt", "div.written", "p.figure", "p.status", "p.legend", "div.excerpt"}
        claimed = [(name, ids) for name, ids in self.said if name not in passed]
        return [name for name, ids in claimed if name != "tr.None" and not ids & self.anchors]


@pytest.fixture
def drafted(investigated: Investigated) -> Drafted:
    """Return the draft of a recording, made once for all tests of this file."""

    def made(name: str) -> Draft:
        if name not in _made:
            _made[name] = draft(investigated(name))
        return _made[name]

    return made


_made: dict[str, Draft] = {}


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_factual_sentence_is_without_evidence(name: str, drafted: Drafted) -> None:
    """In every recording, each sentence, row and excerpt rests on rows, and in the internal edition links to them."""
    made = drafted(name)
    for document in (made.internal, made.external):
        assert uncited(document) == []
        assert len(list(claims(document))) > 0
    assert unproved_lines(markdown(made.internal)) == []
    read_back = Claims(page(made.internal))
    assert read_back.unproved() == []
    assert {name for _, ids in read_back.said for name in ids} - {"figure"} <= read_back.anchors


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_postmortem_is_short(name: str, investigated: Investigated, drafted: Drafted) -> None:
    """Before its appendix, the draft of a recording has at most 950 words; half a page where nothing failed."""
    made = drafted(name)
    words = body_words(markdown(made.internal))
    assert words <= (150 if investigated(name).findings["category"].iloc[0] == "benign" else MOST_WORDS)


def test_nothing_failed_asks_nothing(drafted: Drafted) -> None:
    """Where nothing failed, nobody is asked anything, and no empty section stands there."""
    made = drafted("fixed")
    assert made.prompts == []
    assert all(section.nodes for section in made.internal.sections)


def test_the_chain_has_its_four_links(drafted: Drafted) -> None:
    """What it waited for, the private server, the refused tries and the restart that helped: each with its rows."""
    made = drafted("startup-race")
    (why,) = [section for section in made.internal.sections if section.title == "Why it broke"]
    (chain,) = [node for node in why.nodes if isinstance(node, Passage)]
    waited, private, refused, helped = chain.statements
    assert "waits only until postgres is started" in waited.text
    assert "temporary server for 5.3 s" in private.text
    assert "on a Unix socket only" in private.text
    assert any("listening on Unix socket" in cite.text for cite in private.evidence)
    assert refused.text.startswith("6 tries of auth-service to reach postgres met a closed port")
    assert len(refused.evidence) == 6
    assert "The policy's 6th restart" in helped.text
    assert len(helped.evidence) == 3


def test_a_spent_policy_is_told(drafted: Drafted) -> None:
    """Where the policy had no restart left when the dependency was ready, the chain ends with it: it is still down."""
    text = markdown(drafted("budget-spent").internal)
    assert "had used up its 3 restarts 4.4 s before that: nothing tried again" in text
    assert "When last seen, auth-service was exited, exit code 1." in text


def test_who_took_a_server_away_is_told(drafted: Drafted) -> None:
    """The signal that somebody asked for begins the chain of an outage, and the server's new start ends it."""
    text = markdown(drafted("redis-kill").internal)
    assert "1. The engine was asked to send SIGKILL to redis" in text
    assert "redis was started again at 15:25:37.559, and was ready at 15:25:37.584." in text


def test_each_thing_is_said_once(drafted: Drafted) -> None:
    """No sentence of the draft stands in it twice, and no field is asked for twice."""
    for name in ("startup-race", "disk-full", "redis-kill", "budget-spent"):
        told = [claim.said for claim in claims(drafted(name).internal) if isinstance(claim, Statement)]
        asked = [prompt.key for prompt in drafted(name).prompts]
        assert len(told) == len(set(told))
        assert len(asked) == len(set(asked))


def test_the_check_of_the_files_is_no_tautology(drafted: Drafted) -> None:
    """A sentence that somebody smuggles into a written file is found there."""
    made = drafted("startup-race")
    told = markdown(made.internal).replace("## Impact\n", "## Impact\n\n- All was well.\n")
    assert unproved_lines(told) == ["- All was well."]
    smuggled = page(made.internal).replace("<h2>Impact</h2>", "<h2>Impact</h2><p>x</p>")
    assert Claims(smuggled).unproved() == ["p.None"]


@pytest.mark.parametrize("build", [lambda: Statement((), "x"), lambda: Row((), ("x",)), lambda: Excerpt((), ("x",))])
def test_a_sentence_without_evidence_cannot_be_built(build: Callable[[], object]) -> None:
    """Neither a statement nor a row nor an excerpt exists without the rows that it rests on."""
    with pytest.raises(BadTable, match="without evidence"):
        build()


def test_a_statement_cannot_lose_its_evidence() -> None:
    """A built statement cannot be changed, and nothing but rows is evidence."""
    said = Statement((Cite("f", 1),), "x")
    with pytest.raises(FrozenInstanceError):
        said.evidence = ()  # type: ignore[misc]
    with pytest.raises(BadTable):
        Statement(("E-00000000",), "x")  # type: ignore[arg-type]


def test_the_renderers_take_nothing_else() -> None:
    """A plain text among the nodes is refused, not rendered."""
    smuggled = Document("t", "Draft", (Section("s", ("Postgres was slow.",)),))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no part of a postmortem"):
        plain(smuggled)


def test_every_section_of_reference_and_practice_is_there(drafted: Drafted) -> None:
    """The draft has all sections of the reference postmortem and of the practice."""
    text = markdown(drafted("startup-race").internal)
    wanted = set(re.split(r"[|\n]", HEADINGS))
    assert wanted <= set(re.findall(r"(?m)^#{2,3} (.*)$", text))


def test_the_appendix_gives_place_time_and_text_of_each_id(drafted: Drafted) -> None:
    """Each id of the appendix is a row that stands in the file at that line."""
    made = drafted("startup-race")
    cited = [cite for cite in made.internal.cites if cite.file.startswith("logs/")]
    assert len(cited) > 10
    for cite in cited:
        line = (DATA / "startup-race" / cite.file).read_text().split("\n")[cite.line - 1]
        assert line.endswith(cite.text)


def test_notes_are_numbered_as_they_are_read(drafted: Drafted) -> None:
    """The first note of the page is 1, each new one the next, and rows that follow each other are one range."""
    text = markdown(drafted("startup-race").internal)
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]\(#E-", text)]
    highest = 0
    for number in numbers:
        assert number <= highest + MOST_ROWS  # a range names its ends alone
        highest = max(highest, number)
    assert numbers[0] == 1
    assert highest == len(ROW.findall(text))


def test_hostile_lines_are_text_in_every_form(tmp_path: Path) -> None:
    """Tags, Typst commands, backticks, brackets, template braces and escapes of a log line never act."""
    made = write(investigate(load(HOSTILE)), tmp_path)
    html = (tmp_path / "postmortem.html").read_text()
    assert not {"script", "img"} & Claims(html).tags
    assert "{{ 7*7 }}" in html
    assert "\x1b" not in html
    text = (tmp_path / "postmortem.md").read_text()
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1\n", "", text)
    assert "<script" not in outside
    assert "[a](" not in outside
    assert (tmp_path / "postmortem.pdf").read_bytes().startswith(b"%PDF")
    assert "postmortem.pdf" in made.files


@pytest.mark.parametrize("text", ["# x", "1. x", "- x", "> x", "a | b", "*b*", "_b_", "`c`", "[l](u)", "\\", "www.e.x"])
def test_markdown_shows_special_characters_as_they_are(text: str) -> None:
    """What Markdown would read as markup is escaped, and nothing is lost."""
    shown = escaped(text)
    back = re.sub(r"\\([\\`*_\[\]|~$#.+=-])", r"\1", shown.replace("&gt;", ">").replace("&#46;", "."))
    assert shown != text
    assert back == text


def test_no_request_leaves_the_page(drafted: Drafted) -> None:
    """The page forbids every request, and asks for none."""
    html = page(drafted("startup-race").internal)
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in html
    assert Claims(html).requests == []


def test_same_evidence_and_same_people_give_the_same_bytes(investigated: Investigated, tmp_path: Path) -> None:
    """Two runs, in two folders, write the same bytes into every file; nothing unfinished stays."""
    found = investigated("startup-race")
    files = [write(found, tmp_path / name).files for name in ("a", "b")]
    assert files[0] == files[1]
    for name in files[0]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    assert {path.name for path in (tmp_path / "a").iterdir()} == set(files[0])


def test_what_people_wrote_survives_new_evidence(investigated: Investigated, tmp_path: Path) -> None:
    """A second run over more evidence of the incident keeps human.yaml byte for byte, and shows its texts."""
    whole = investigated("startup-race")
    begun = whole.incident.between(None, whole.incident.start + pd.Timedelta(seconds=9))
    assert identity(begun) == identity(whole.incident)
    write(investigate(begun), tmp_path)
    own = (tmp_path / "human.yaml").read_text().replace("lessons: []", "lessons: [Probes can lie]")
    (tmp_path / "human.yaml").write_text(own)
    write(whole, tmp_path)
    assert (tmp_path / "human.yaml").read_text() == own
    assert "- ✎ Probes can lie" in (tmp_path / "postmortem.md").read_text()


def test_another_incident_is_refused_in_the_same_folder(investigated: Investigated, tmp_path: Path) -> None:
    """Nobody's words come to stand under the evidence of another incident: nothing is written, and a line says why."""
    write(investigated("startup-race"), tmp_path)
    own = (tmp_path / "human.yaml").read_text().replace("title:", "title: No logins for 6 s", 1)
    (tmp_path / "human.yaml").write_text(own)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(
        BadInput, match=r"human.yaml is about payflow-\w+ \('No logins for 6 s'\), and this evidence is of"
    ):
        write(investigated("redis-kill"), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_every_recording_has_an_identity_of_its_own(investigated: Investigated) -> None:
    """No two incidents have the same identity, and each its own folder; a text without times is known by its lines."""
    incidents = [investigated(name).incident for name in RECORDINGS]
    incidents += [load("a-1  | x\n"), load("a-1  | x\na-1  | y\n"), load("z\n")]
    assert len({folder_of(incident) for incident in incidents}) == len(incidents)
    assert folder_of(incidents[0], "here") == Path("here")
    longer = (
        "a-1  | 2026-01-01T10:00:00.000000001Z x\n",
        "a-1  | 2026-01-01T10:00:00.000000001Z x\na-1  | 2026-01-01T10:00:01.000000001Z y\n",
    )
    assert len({identity(load(text)) for text in longer}) == 1


def test_the_external_edition_names_no_part_of_the_system(investigated: Investigated) -> None:
    """No service, host, address, file or log line of any recording gets into the edition for readers outside."""
    for name in RECORDINGS:
        found = investigated(name)
        text = json.dumps(plain(draft(found).external)).replace("human.yaml", "")
        services = {str(service) for service in found.incident.containers["service"].dropna()}
        assert not [word for word in services if re.search(rf"\b{re.escape(word)}\b", text)], name
        assert not re.search(r"\d+\.\d+\.\d+\.\d+|\.jsonl?\b|logs/|ECONN|payflow|E-[0-9a-f]{8}", text), name


def test_only_external_texts_get_outside(investigated: Investigated) -> None:
    """Of human.yaml, the external edition shows what stands under external, and nothing else."""
    human = read("summary: INSIDE\nlessons: [INSIDE]\ntitle: INSIDE\nexternal: {summary: Logins were down}\n")
    text = markdown(draft(investigated("startup-race"), human).external)
    assert "Logins were down" in text
    assert "INSIDE" not in text


def test_the_evidence_of_a_quiet_project_is_the_ledger(drafted: Drafted) -> None:
    """That nothing failed is a claim too: it rests on the sources that were read."""
    made = drafted("fixed")
    first = next(claims(made.internal))
    assert first.said == "Nothing in the evidence failed."
    assert {cite.file for cite in first.evidence} <= {"ledger", *(c.file for c in made.internal.cites)}


def test_the_json_holds_every_id_with_its_row(investigated: Investigated, tmp_path: Path) -> None:
    """evidence.json gives each id its file, line, time and text, and the milestones with their error bars."""
    write(investigated("startup-race"), tmp_path)
    told = json.loads((tmp_path / "evidence.json").read_text())
    ids = {row["id"] for row in told["evidence"]}
    text = (tmp_path / "postmortem.md").read_text()
    assert set(ROW.findall(text)) == ids
    assert set(LINK.findall(text)) <= ids
    assert {row["name"] for row in told["metrics"]} == {"TTD", "TTA", "TTM", "TTR"}


def test_the_folder_must_be_writable(investigated: Investigated, tmp_path: Path) -> None:
    """A folder that cannot be made is one clear error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written to"):
        write(investigated("startup-race"), tmp_path / "file")


def test_the_legend_explains_the_marks() -> None:
    """The reader is told what a number and a pen mean."""
    assert "rows that prove" in LEGEND
    assert "✎" in LEGEND


def test_the_pdf_holds_the_text(investigated: Investigated, tmp_path: Path) -> None:
    """The PDF shows the same sentences, as text that can be searched."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed")
    write(investigated("startup-race"), tmp_path)
    done = subprocess.run([program, tmp_path / "postmortem.pdf", "-"], capture_output=True, text=True, check=True)
    assert "Root cause and contributing factors" in done.stdout


def test_the_command_says_what_is_left_to_write(tmp_path: Path) -> None:
    """The command writes the files, says on stderr what the wording check found, and keeps human.yaml."""
    own = f"incident: {identity(load(DATA / 'startup-race'))}\nlessons: [The operator should have waited]\n"
    (tmp_path / "human.yaml").write_text(own)
    program = Path(sys.executable).with_name("incidentlab")
    call = [program, "postmortem", str(DATA / "startup-race"), "-o", str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert "human.yaml:2 (lessons[1]): 'should have'" in done.stderr
    assert "fields of" in done.stdout
    assert "## Wording check" in (tmp_path / "postmortem.md").read_text()
    assert (tmp_path / "human.yaml").read_text() == own


def test_a_field_that_does_not_exist_stops_the_command(tmp_path: Path) -> None:
    """A misspelt field is one line on stderr and exit status 2, and no file is written."""
    (tmp_path / "human.yaml").write_text("lesson: x\n")
    program = Path(sys.executable).with_name("incidentlab")
    call = [program, "postmortem", str(DATA / "startup-race"), "-o", str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no field 'lesson'" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["human.yaml"]


def test_the_page_has_the_interactive_timeline_once(investigated: Investigated, tmp_path: Path) -> None:
    """The internal page has the timeline to zoom below its picture, and its script once; the external one has none."""
    found = investigated("startup-race")
    window = (found.incident.start, found.incident.end)
    axes = plot.timeline(found.timeline, found.phases, window=window)
    shown = plot.interactive(found.timeline, found.phases, window=window)
    write(found, tmp_path, figure=axes.get_figure(root=True), interactive=shown)
    plt.close("all")
    inside = (tmp_path / "postmortem.html").read_text()
    assert inside.index('id="figure"') < inside.index("data-figure='")
    assert inside.count("incidentlabBokeh=") == 1
    assert Claims(inside).requests == []
    assert "<script" not in (tmp_path / "external.html").read_text()
