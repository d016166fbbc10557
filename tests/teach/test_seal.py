"""Texts that only an answer opens."""

from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab.teach.seal import opened, seal

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=15)
@given(text=TEXT, answer=st.text("abc0189:.", min_size=1, max_size=12), other=st.text("abc0189:.", max_size=12))
def test_a_text_opens_with_its_answer_and_with_no_other(text: str, answer: str, other: str) -> None:
    """What was sealed with an answer comes back with it, and with another answer nothing comes."""
    sealed = seal(text, answer=answer, salt="s")
    assert opened(sealed, answer=answer, salt="s") == text
    assert opened(sealed, answer=other, salt="s") == (text if other == answer else None)


def test_the_same_answer_is_sealed_differently_in_two_places() -> None:
    """Two questions with the same answer and the same text do not look alike, so that none tells of the other."""
    assert seal("so it is", answer="b", salt="one") != seal("so it is", answer="b", salt="two")


def test_neither_text_nor_answer_stands_in_what_is_sealed() -> None:
    """A sealed text holds neither the explanation nor the answer, in clear or in base64."""
    import base64

    sealed = seal("temporary server", answer="payflow-postgres-1.stdout.log:29", salt="s")
    for told in ("temporary", "payflow"):
        assert told not in sealed
        assert told.encode() not in base64.b64decode(sealed)
