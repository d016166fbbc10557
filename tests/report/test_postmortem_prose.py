"""What people write is Markdown, in every form, and nothing of it acts."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.report.postmortem import draft, read
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.report.postmortem.pages.page import page
from incidentlab.report.postmortem.pages.typeset import pdf
from incidentlab.report.postmortem.pages.written import html_blocks, markdown_blocks
from incidentlab.report.postmortem.people.edit import edited
from incidentlab.report.postmortem.people.prose import blocks

FOUND = investigate(load("auth-service-1  | Error: connect ECONNREFUSED 172.18.0.2:5432\n"))
CODE = """Add the wrapper, see [the manual](https://example.com/retry):

```javascript
async function waitForDb(retries = 15, delay = 2000) {
\ttry { await initDB(); }
}
```

1. one
   - inner

| try | wait |
|---|---|
| 1 | `2 s` |
"""


def test_a_code_block_arrives_in_every_form() -> None:
    """Code with its indentation, a link, a list and a table are what they are in HTML, Markdown and PDF."""
    made = draft(FOUND, read(edited("", {"fix_long_term": CODE})))
    html, text = page(made.internal), markdown(made.internal)
    assert "<pre>async function waitForDb(retries = 15, delay = 2000) {\n    try { await initDB(); }\n}</pre>" in html
    assert '<a href="https://example.com/retry" rel="noreferrer">the manual</a>' in html
    assert "<ol><li>one<ul><li>inner</li></ul></li></ol>" in html
    assert "<td><code>2 s</code></td>" in html
    assert (
        "```javascript\nasync function waitForDb(retries = 15, delay = 2000) {\n    try { await initDB(); }\n}\n```"
        in text
    )
    assert "✎ Add the wrapper, see [the manual](<https://example.com/retry>):" in text
    printed = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf(made.internal))).pages)
    assert "async function waitForDb(retries = 15, delay = 2000) {" in printed
    assert "```" not in printed


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/pixel.png)",
        "<img src=x onerror=alert(1)>",
        "[x](data:text/html,hi)",
        "`<b>`",
        '#import "x"',
        "\x1b[31m",
    ],
)
def test_nothing_that_people_write_acts(text: str) -> None:
    """Tags, scripts, pictures from elsewhere and commands of Typst are text, or a link that one has to click on."""
    made = draft(FOUND, read(edited("", {"summary": text, "action_items": [{"what": text}]})))
    body = page(made.internal).partition("</style>")[2].partition("</style>")[2].split("<script")[0]
    assert not re.search(r"<(?:script|img|b)\b|href=\"(?!https?:|mailto:|#)|\x1b", body)
    assert "![" not in markdown(made.internal)
    assert pdf(made.internal).startswith(b"%PDF")


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_has_a_form(text: str) -> None:
    """Whatever is typed becomes HTML in which no tag but ours stands, and Markdown that is no heading of the page."""
    found = blocks(text)
    tags = set(re.findall(r"<(/?[a-z]+)", html_blocks(found)))
    ours = {
        "p",
        "pre",
        "ul",
        "ol",
        "li",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "em",
        "s",
    }
    assert tags <= {name for tag in (*ours, "code", "br", "a", "span") for name in (tag, f"/{tag}")}
    outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", "\n".join(markdown_blocks(found)))
    assert not re.search(r"(?m)^#{1,6} ", outside)


def test_closed_with_open_questions_says_so() -> None:
    """Who closes a postmortem while questions are open reads so in its status and among the remarks."""
    made = draft(FOUND, read("status: Closed\nsummary: x\naction_items: [{what: Add a probe}]\n"))
    assert made.internal.status == f"Closed, with {len(made.prompts)} open questions"
    assert [remark.found for remark in made.remarks if remark.key == "status"] == [made.internal.status]
    assert draft(FOUND, read("status: In review\n")).internal.status == "In review"


def test_entries_of_people_stand_in_the_timeline(investigated: object) -> None:
    """What a person entered stands between the rows of the evidence, at its time, with its author."""
    found = investigated("startup-race")  # type: ignore[operator]
    entry = {"when": "2026-11-23T14:41:25Z", "who": "Ada", "what": "saw `refused` in the log"}
    text = markdown(draft(found, read(edited("", {"timeline": [entry]}))).internal)
    section = text.partition("## Timeline\n")[2].partition("\n## ")[0]
    rows = [line for line in section.split("\n") if line.startswith("| 14:")]
    assert [line for line in rows if line.startswith("| 14:41:25.000 | ✎ Ada | saw `refused` in the log |")]
    assert rows == sorted(rows)


def test_severity_roles_numbers_and_reviews_have_their_place() -> None:
    """What is no prose stands in tables: at a glance, impact in numbers, reviews, and the state of each action item."""
    given = {
        "severity": "SEV2",
        "tracker": "<https://tracker.example/7>",
        "roles": {"commander": "Ada"},
        "impact_numbers": {"people": "120", "minutes": "3"},
        "reviews": [{"who": "Grace", "on": "2026-12-01", "verdict": "approved", "comment": "*good*"}],
        "action_items": [{"what": "Add a probe", "owner": "Ops", "state": "done", "tracker": "<https://t.example/8>"}],
        "five_whys": ["The port was closed", "Nobody waited"],
    }
    text = markdown(draft(FOUND, read(edited("", given))).internal)
    assert "| severity | SEV2 |" in text
    assert "| commander | Ada |" in text
    assert "| people | 120 |" in text
    assert "| Grace | 2026-12-01 | approved | *good* |" in text
    assert "| Add a probe | Ops | [https&#58;//t.example/8](<https://t.example/8>) | done |" in text
    assert "*And why:* Nobody waited" in text


def test_proposals_are_accepted_or_refused_in_their_own_words(investigated: object) -> None:
    """What the evidence calls for is offered until it is among the action items or among those that are refused."""
    found = investigated("startup-race")  # type: ignore[operator]
    offer = "Add an alarm on auth-service: a container that ends in error"
    assert offer in markdown(draft(found).internal)
    refused = markdown(draft(found, read(edited("", {"refused": [offer]}))).internal)
    assert f"| {offer} | detect |" not in refused
    taken = markdown(draft(found, read(edited("", {"action_items": [{"what": offer, "kind": "detect"}]}))).internal)
    assert taken.partition("## Action items\n")[2].partition("\n## ")[0].count(offer) == 1
