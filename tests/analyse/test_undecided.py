"""When nobody is accused: what is called well, and what is not, though nothing known failed."""

from collections.abc import Callable

import pytest

from incidentlab.investigate import Investigation

Verdict = Callable[[str], tuple[str, str | None, str | None]]

TALK = "".join(f"shop-1  | 2026-03-01T10:00:{n:02d}Z basket {n} priced\n" for n in range(24))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        pytest.param(TALK, "benign", id="a program that says what it does, and no more"),
        pytest.param(TALK + "shop-1  | ERROR basket 9 is upside down\n", "unknown", id="its last word is an error"),
        pytest.param(
            3 * "shop-1  | ERROR basket 9 is upside down\n" + TALK,
            "benign",
            id="it complained thrice, and went on calmly",
        ),
        pytest.param(
            'shop-1  | ERROR basket 9 is upside down\nshop-1  | "GET /health HTTP/1.1" 200 OK\n',
            "benign",
            id="it answers requests",
        ),
        pytest.param("shop-1  | basket 1 priced\n", "unknown", id="one line shows nothing"),
        pytest.param("#7 naming to docker.io/library/shop:latest done\n#7 DONE 0.2s\n", "benign", id="an image built"),
        pytest.param(
            "2026-03-01 10:00:00  Network shop  Created\n2026-03-01 10:00:01  Container shop-1  Started\n",
            "benign",
            id="Docker Desktop shows what Compose did",
        ),
        pytest.param(
            "Creating shop_db_1 ... done\nError response from daemon: the whale is asleep\n",
            "unknown",
            id="it ends in an error of the engine that nobody knows",
        ),
        pytest.param(
            "Creating shop_db_1 ... done\nERROR: No container found for db_1\n", "unknown", id="it is gone again"
        ),
        pytest.param(
            TALK + "shop-1  | ✗ Basket 9 failed: it holds no apples\n", "unknown", id="its last word bears a cross"
        ),
        pytest.param(
            TALK + "shop-1  | ERROR: three checks failed - exiting\nshop-1  | SUCCESS: swept up\n",
            "unknown",
            id="it says that it gives up, and sweeps up after it",
        ),
        pytest.param(
            "shop-1  | 2026-03-01T09:59:00Z ERROR basket\nshop-1  | Traceback (most recent call last):\n"
            'shop-1  |   File "/app/basket.py", line 3, in price\nshop-1  | TypeError: no apples\n'
            + "".join(f"shop-1  | 2026-03-01T10:{n // 60:02d}:{n % 60:02d}Z basket {n} priced\n" for n in range(120)),
            "benign",
            id="it raised an error once, and went on for long",
        ),
        pytest.param(
            "".join(f"shop-1  | [Nest] 1 - ERROR [AuthGuard] Authentication failed: jwt expired {n}\n" for n in "ab")
            + TALK,
            "benign",
            id="an expired token is its user's",
        ),
    ],
)
def test_an_all_clear_needs_that_nothing_complains(verdict: Verdict, text: str, category: str) -> None:
    """Many lines of which none complains are well; an error at the end that is not known is no all-clear."""
    assert verdict(text)[0] == category


@pytest.mark.parametrize(
    ("text", "service"),
    [
        pytest.param(
            "Pulling db (postgres:16)...\nERROR: Get https://registry.example.org/v2/: x509: certificate signed by "
            "unknown authority\n",
            "db",
            id="whose image was pulled",
        ),
        pytest.param(
            "Recreating shop_web_1...\nCannot start container 4f2a91c0d7e2: Bind for 0.0.0.0:80 failed: port is "
            "already allocated\n",
            "web",
            id="what was being made",
        ),
        pytest.param(
            " ✘ web Error     pull access denied for shop-web, repository does not exist\n",
            "web",
            id="a row of Compose's progress",
        ),
        pytest.param(
            "NAME   READY   STATUS   RESTARTS   AGE\nshop-web-x2x8q   0/1   CrashLoopBackOff   6 (2m ago)   9m\n"
            "\nopen /data/x: permission denied\n",
            "shop-web-x2x8q",
            id="the one pod that is listed as ill",
        ),
        pytest.param(
            '4f2a91c0d7e2   shop   "/run.sh"   2 minutes ago   Restarting (1) 3 seconds ago      shop-web-1\n'
            '0a1b2c3d4e5f   db   "/run.sh"   2 minutes ago   Restarting (1) 3 seconds ago      shop-db-1\n'
            "$ docker logs 4f2a91c0d7e2\nopen /data/x: permission denied\n",
            "web",
            id="an id in a table",
        ),
    ],
)
def test_the_lines_around_name_the_service(verdict: Verdict, text: str, service: str) -> None:
    """Where the failing line bears no name, what was done above it, or a table of containers, names the service."""
    assert verdict(text)[1] == service


@pytest.mark.parametrize(
    ("text", "service", "fact"),
    [
        ("web-1 | => Booting\nweb-1 | => listening on http://0.0.0.0:3000\nweb-1 | Exiting\n", "web",
         "a program whose last word is that it ends is not well"),
        ("db-1 | 10:00:00 [Note] starting\ndb-1 | 10:00:01 [ERROR] cannot arrange the shelves\n", "db",
         "the one program that reports an error is named, though nobody knows what it means"),
        ("NAME       STATUS\ndepot-1    Up 7 minutes (unhealthy)\nshelf-1    Up 7 minutes\n", "depot",
         "a table that shows one container failing says who is harmed"),
    ],
)  # fmt: skip
def test_unknown_names_who(verdict, text, service, fact):
    """Each row's fact holds: the answer is unknown, and names the service."""
    assert verdict(text)[:2] == ("unknown", service), fact


def test_a_program_that_was_asked_to_end_may_say_so(verdict):
    """A farewell after a request to stop is no failure."""
    text = "web-1 | => listening on http://0.0.0.0:3000\nweb-1 | received SIGTERM\nweb-1 | Exiting\n"
    assert verdict(text)[0] == "benign"


def test_errors_that_did_not_last_are_told_of_a_text_that_is_well(pasted: Callable[[str], Investigation]) -> None:
    """A benign text with errors in it does not say that nothing failed: it counts them, and cites them."""
    calm, noisy = pasted(TALK), pasted(3 * "shop-1  | ERROR basket 9 is upside down\n" + TALK)
    assert calm.findings["sentence"].iloc[0] == "Nothing in the evidence failed."
    assert "3 lines report errors" in noisy.findings["sentence"].iloc[0]
    assert noisy.evidence.query("role == 'against'")["line"].tolist() == [1, 2, 3]


def test_a_complaint_that_nobody_knows_is_shown(pasted: Callable[[str], Investigation]) -> None:
    """Where nothing is seen to fail or to work, the last lines that complain are the evidence."""
    found = pasted("shop-1  | basket 1\nshop-1  | the scales could not be read: no such weight\n")
    assert found.findings.iloc[0]["category"] == "unknown"
    assert found.evidence["line"].dropna().tolist() == [2]
    assert "complains of something" in found.findings.iloc[0]["sentence"]
