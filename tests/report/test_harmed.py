"""What is told where no cause is named: who was harmed, with count, code, rate and place."""

from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.report.answer import page
from incidentlab.report.postmortem.draft import draft
from incidentlab.report.postmortem.pages.markdown import markdown

FLUX = """svc-1  | 2026-03-01T10:00:00Z INFO tick
svc-1  | 2026-03-01T10:00:01Z ERROR flux capacitor drained
svc-1  | 2026-03-01T10:00:03Z ERROR flux capacitor drained
svc-1  | 2026-03-01T10:00:05Z ERROR flux capacitor drained
svc-1 exited with code 3
"""


def test_an_unknown_says_who_was_harmed_on_the_first_screen() -> None:
    """The end with the meaning of its code, and the burst with its rate, each with its line."""
    text = page(investigate(load(FLUX.encode(), name="pasted")))
    assert "svc exited with code 3 (an error of its own), once [" in " ".join(text.split())
    assert "svc: 3 errors, 45.0 a minute: 2026-03-01T10:00:01Z ERROR flux capacitor drained" in " ".join(text.split())


def test_a_draft_over_unknown_errors_claims_no_all_clear() -> None:
    """The impact of errors that nobody knows is told with their lines, never as the absence of failures."""
    text = markdown(draft(investigate(load(FLUX.encode(), name="pasted"))).internal)
    assert "No failure and no end in error" not in text
    assert "3 errors, 45.0 a minute" in text
