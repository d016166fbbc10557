from collections.abc import Callable

import pytest

from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.report import answer, causes, chosen, decisive, how_sure, of, second_road, side_by_side, unknowns
from incidentlab.report.answer import page, shown
from incidentlab.tables import BadParameter

Investigated = Callable[[str], Investigation]
HOSTILE = "app-1  | Error: connect ECONNREFUSED 127.0.0.1:5432 <img src=x onerror=alert(1)>\n" * 3


def test_the_answer_names_state_cause_next_command_and_remedy(investigated: Investigated) -> None:
    """What is shown first is the state now, the cause in words, the next command, its category, and what to change."""
    text = answer(investigated("startup-race")).text
    assert text.startswith("auth-service has recovered, by its restart policy: in trouble for 10.0 s, 14:41:20 to")
    assert "auth-service tried postgres before it was ready and failed 6 times" in text
    assert "payflow-auth-service-1" in text
    assert "Called startup_race (auth-service -> postgres), confidence 0." in text
    assert "What to change" in text


def test_lines_to_copy_are_set_as_a_block(investigated: Investigated) -> None:
    """Lines of a Compose file keep their indentation: they are no list items."""
    html = answer(investigated("startup-race")).html
    assert "<pre " in html
    assert "<li>  " not in html


def test_commands_in_a_sentence_are_set_as_code() -> None:
    """What stands between back-ticks is code on a page, and still text: a tag in it stays escaped."""
    assert "<li>try <code>ls &lt;b&gt;</code></li>" in shown([("x", ["try `ls <b>`"])]).html


def test_evidence_never_becomes_markup() -> None:
    """A tag in a log line is text in everything that is shown."""
    found = investigate(load(HOSTILE))
    for said in (answer(found), how_sure(found), unknowns(found), side_by_side(found), causes(found)):
        assert "<img" not in said.html


def test_every_fact_of_the_page_has_its_places(investigated: Investigated) -> None:
    """Each fact that speaks for the verdict stands on the page once, with where its rows begin and end."""
    found = investigated("startup-race")
    flat = " ".join(page(found).split())
    for fact, rows in decisive(found).groupby("fact"):
        assert flat.count(f" - {fact}") == 1
        first, last = rows[["file", "line"]].iloc[[0, -1]].itertuples(index=False)
        assert f"[{first.file}:{first.line}" in flat
        assert len(rows) == 1 or f" to :{last.line}]" in flat


def test_what_is_said_again_and_again_is_one_line() -> None:
    """Forty refusals are told in one line, with their count and both ends."""
    text = "".join("app-1  | Error: connect ECONNREFUSED 10.0.0.1:5432 again\n" for _ in range(40))
    flat = " ".join(page(investigate(load(text))).split())
    assert "refused, 40 times in all [" in flat
    assert flat.count("ECONNREFUSED") <= 2


def test_consequences_stand_under_their_cause(investigated: Investigated) -> None:
    """What followed from a full disk is told as its consequence, not as another hypothesis."""
    text = answer(investigated("disk-full")).text
    followed = text.partition("What followed from it")[2].partition("What to change")[0]
    assert "auth-service" in followed
    assert "Other hypotheses" not in followed


def test_the_second_road_says_where_the_verdict_rests(investigated: Investigated) -> None:
    """Logs alone agree on a race; that a probe cannot run they do not show, and this is said."""
    assert "The same verdict." in second_road(investigated("startup-race")).html
    assert "rests on times, events, probes or inspect" in second_road(investigated("healthcheck-exec")).html


def test_by_default_the_services_of_the_verdict_are_looked_at(investigated: Investigated) -> None:
    """Without a choice the service and dependency are those that the verdict names."""
    found = investigated("startup-race")
    assert chosen(found, None, None, timezone="UTC") == ("auth-service", "postgres")
    assert set(of(found.attempts, "auth-service", "postgres")["dependency"]) == {"postgres"}


@pytest.mark.parametrize(("service", "zone", "says"), [("nobody", "UTC", "nobody"), (None, "Mars/Base", "Mars/Base")])
def test_a_choice_that_is_not_there_is_an_error(
    investigated: Investigated, service: str | None, zone: str, says: str
) -> None:
    """A service or zone that does not exist is refused with what was given."""
    with pytest.raises(BadParameter, match=says):
        chosen(investigated("fixed"), service, None, timezone=zone)


def test_a_page_fits_the_terminal(investigated: Investigated) -> None:
    """No line that may be broken is wider than the terminal, and colour changes no letter."""
    found = investigated("startup-race")
    narrow = page(found, width=60)
    broken = [
        line for line in narrow.splitlines() if line.startswith(("  - ", "    ")) and not line.startswith("      ")
    ]
    assert max(len(line) for line in broken if " " in line.strip() and "http" not in line) <= 60
    painted = page(found, colour=True)
    assert painted.replace("\x1b[1m", "").replace("\x1b[0m", "") == page(found)
    assert painted != page(found)


def test_nothing_is_asked_that_another_row_answers(investigated: Investigated) -> None:
    """Where the kernel is seen to have killed for memory, it is not asked whether it was for memory."""
    assert not investigated("oom").evidence["role"].eq("missing").any()
