"""What does not build, what a supervisor gives up, who answers with 5xx: harms that no container's exit tells."""

from collections.abc import Callable

import pytest

from incidentlab.investigate import Investigation

Verdict = Callable[[str], tuple[str, str | None, str | None]]
Pasted = Callable[[str], Investigation]

TSC = """#12 [shop builder 5/5] RUN npm run build
#12 0.493 > shop@1.0.0 build
#12 6.607 src/basket.ts:10:30 - error TS2339: Property 'total' does not exist on type 'Basket'.
#12 6.610 Found 1 error.
#12 ERROR: process "/bin/sh -c npm run build" did not complete successfully: exit code: 1
------
 > [shop builder 5/5] RUN npm run build:
------
target shop: failed to solve: process "/bin/sh -c npm run build" did not complete successfully: exit code: 1
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("src/basket.ts:10:30 - error TS2339: Property 'total' does not exist on type 'Basket'.", "total"),
        ("Module not found: Can't resolve '@/shop/basket'", "@/shop/basket"),
        ("npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.", ""),
        ("stat /src/cmd/shop: directory not found", "/src/cmd/shop"),
        ("error: could not compile `shop` (bin) due to 1 previous error", "shop"),
        ("ERROR: No matching distribution found for basket==9.9", "basket==9.9"),
    ],
)
def test_a_source_that_does_not_build_is_named(pasted: Pasted, line: str, said: str) -> None:
    """What a compiler or package manager finds in a failing step is the cause; the builder's word is only its end."""
    found = pasted(TSC.replace("src/basket.ts:10:30 - error TS2339: Property 'total' does not exist on type 'Basket'.",
                               line)).findings.iloc[0]  # fmt: skip
    assert (found["category"], found["service"]) == ("crash_loop_app_bug", "shop")
    assert said in found["sentence"]
    assert "docker compose build" in found["remedy"]


def test_a_failing_step_without_a_known_reason_accuses_nobody(verdict: Verdict) -> None:
    """A builder's exit code alone is unknown, with the name of what was built."""
    text = "\n".join(line for line in TSC.splitlines() if "TS2339" not in line) + "\n"
    assert verdict(text)[:2] == ("unknown", "shop")


SUPERVISED = """2026-03-01 10:00:00,000 INFO supervisord started with pid 1
2026-03-01 10:00:01,000 INFO spawned: 'worker' with pid 7
2026-03-01 10:00:02,000 INFO success: worker entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)
"""  # noqa: E501
ENDED = "2026-03-01 10:00:09,000 INFO exited: worker (exit status 1; not expected)\n"
AGAIN = """2026-03-01 10:00:10,000 INFO spawned: 'worker' with pid 9
2026-03-01 10:00:11,000 INFO success: worker entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)
"""  # noqa: E501


@pytest.mark.parametrize(
    ("text", "harmed"),
    [
        (SUPERVISED, False),
        (SUPERVISED + ENDED, True),
        (SUPERVISED + ENDED + AGAIN, False),
        (SUPERVISED + 2 * (ENDED + AGAIN), True),
        (
            SUPERVISED + "2026-03-01 10:00:12,000 INFO gave up: worker entered FATAL state, too many start retries\n",
            True,
        ),
    ],
    ids=["up", "ended", "ended once and is up", "ends again and again", "given up"],
)
def test_what_a_supervisor_tells_of_its_programs_is_a_harm(pasted: Pasted, text: str, harmed: bool) -> None:
    """A program inside a container that ends more than once, or stays down, is harmed; one that came back is not."""
    assert ("child ended" in set(pasted(text).diagnosis.harms["kind"])) is harmed


def _requests(*codes: int) -> str:
    return "".join(f'shop-1  | 172.18.0.1 - "GET /orders HTTP/1.1" {code} 12\n' for code in codes)


@pytest.mark.parametrize(
    ("codes", "category"),
    [((500, 500, 500), "unknown"), ((200, 500, 500, 500), "unknown"), ((500, 500, 500, 200), "benign"),
     ((404, 404, 404, 200), "benign")],
)  # fmt: skip
def test_who_answers_with_5xx_to_the_end_is_not_well(verdict: Verdict, codes: tuple[int, ...], category: str) -> None:
    """Three answers of 5xx with none of 2xx after them are a harm, and no all-clear."""
    assert verdict(_requests(*codes))[0] == category


def test_traces_without_a_level_count_as_errors(verdict: Verdict) -> None:
    """A program that gives its lines no level and prints one trace after the other to the end is not well."""
    work = "jobs-1  | Connected to queue\n" + "".join(f"jobs-1  | job {n} is done\n" for n in range(9))
    trace = "jobs-1  | job failed with Oversold: no stock\njobs-1  |     at sell (file:///app/shop.js:7:3)\n"
    assert verdict(work)[0] == "benign"
    assert verdict(work + 3 * trace)[0] != "benign"


def test_a_wait_loop_that_gets_through_is_no_race(verdict: Verdict) -> None:
    """A program that says that it waits, is refused, and gets through, does what it should."""
    text = (
        "shop-1  | Waiting for db to be ready...\nshop-1  | db:5432 - no response\n"
        "shop-1  | db:5432 - accepting connections\nshop-1  | connected to db\n"
    )
    assert verdict(text)[0] == "benign"
    assert verdict(text.replace("Waiting for db to be ready...", "hello"))[0] == "startup_race"


@pytest.mark.parametrize(
    ("level", "path", "category"),
    [
        ("I", "/run/podman/podman.sock", "benign"),
        ("E", "/run/podman/podman.sock", "missing_config"),
        ("E", "/var/run/postgresql/.s.PGSQL.5432", "wrong_host"),
    ],
)
def test_only_the_socket_of_a_server_stands_for_a_missing_host(
    verdict: Verdict, level: str, path: str, category: str
) -> None:
    """A database's socket means that no host was given; another is not mounted; told as information it is a look."""
    line = f"spy-1  | {level}0301 10:00:01.000000       1 spy.go:9] no factory: dial unix {path}: connect: no such file or directory\n"  # noqa: E501
    calm = "".join(f"spy-1  | I0301 10:00:02.00000{n}       1 spy.go:1{n}] watching part {n}\n" for n in range(9))
    assert verdict(line + (calm if level == "I" else ""))[0] == category


def test_redis_says_with_a_warning_what_ends_it(verdict: Verdict) -> None:
    """The highest level of Redis is a warning: a file that it may not open is an error there."""
    line = "cache-1  | 1:M 01 Mar 2026 10:00:00.000 # Can't open the append-only file: Permission denied\n"
    assert verdict(line)[:2] == ("permission_denied", "cache")


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("$ docker exec -it shop-web-1 sh\nPermission denied: /data\n", "shop-web-1"),
        ("**shop-web:**\n```\nmkdir: can't create directory '/data/x': Permission denied\n```\n", "shop-web"),
        ("ERROR: for web  Cannot start service web: driver\n(c3): listen tcp :80: bind: address already in use",
         "web"),
        ("Pulling web (shop/web:1)...\nGet https://registry.example.org/v2/: net/http: TLS handshake timeout\n", "web"),
        ("shop_db_1 says in its log:\n\nFATAL:  database files are incompatible with server\n", "shop_db_1"),
        ("+ docker compose exec web supervisorctl restart all\nPermission denied: /data\n", "web"),
        ("    container_name: shop-web\n    image: shop/web:1\n\nPermission denied: /data\n", "shop-web"),
        (" Image shop-web Building \nfailed to solve: process \"make\" failed", "shop-web"),
        ("shop-mac:example ada$ docker compose run web rails s\nPermission denied: /data\n", "web"),
    ],
    ids=["exec", "heading", "for", "pulled", "prose", "set -x", "written", "image", "mac"],
)  # fmt: skip
def test_who_bears_no_name_is_named_by_the_text_around(verdict: Verdict, text: str, service: str) -> None:
    """Lines without a prefix are of the one container that a command, a heading, Compose or prose names."""
    assert verdict(text)[1] == service


def test_of_two_names_nobody_is_accused(verdict: Verdict) -> None:
    """Where the text names two, neither is said to have failed."""
    text = "shop_db_1 is one,\nshop_web_1 is the other:\n\nPermission denied: /data\n"
    assert verdict(text)[1] is None


def test_the_command_of_a_record_of_powershell_names_the_container(verdict: Verdict) -> None:
    """The command in PowerShell's record is wrapped like its text, and stands below the first line of it."""
    text = (
        "docker : Permission denied: /da\nta\nAt line:1 char:1\n+ docker logs --tail 20 \nshop-web-9 2>&1 | Out-Fi\n"
        "le\n+ ~~~~~~~~~~~~~~~~~~~~~\n    + CategoryInfo          : No\ntSpecified\n\nPermission denied: /data\n"
    )
    assert verdict(text)[:2] == ("permission_denied", "shop-web-9")


@pytest.mark.parametrize(
    "said",
    ["shop: error: argument command: invalid choice: 'serve' (choose from 'run')", "shop: unrecognized option '--prot'",
     "flag provided but not defined: -prot"],
)  # fmt: skip
def test_a_command_line_that_a_program_does_not_understand_is_a_setting(verdict: Verdict, said: str) -> None:
    """What the parser of a command line refuses, and an end with 2, is a wrong command in the file."""
    assert verdict(f"shop-1  | usage: shop [-h]\nshop-1  | {said}\nshop-1 exited with code 2\n")[:2] == (
        "missing_config", "shop",
    )  # fmt: skip


def test_an_error_that_is_raised_again_and_again_is_told_without_an_end(pasted: Pasted) -> None:
    """A program that answers each request with the same trace has a fault of its own; that it ended is not said."""
    trace = (
        'shop-1  | "GET /orders HTTP/1.1" 500 Internal Server Error\nshop-1  | Traceback (most recent call last):\n'
        'shop-1  |   File "/app/shop.py", line 7, in orders\nshop-1  |     return Order(**row)\n'
        "shop-1  | shop.Incomplete: no price\n"
    )
    found = pasted("shop-1  | INFO: Application startup complete.\n" + 3 * trace).findings.iloc[0]
    assert (found["category"], found["service"]) == ("crash_loop_app_bug", "shop")
    assert "3 times, and is not seen to end" in found["sentence"]


def test_what_a_job_says_explains_the_end_that_compose_tells(pasted: Pasted) -> None:
    """Compose tells that a job ended; why, the job's own last words tell, and Compose's word follows from them."""
    found = pasted(
        "fill     | thread 'main' panicked at src/fill.rs:9:14:\n"
        "fill     | called `Result::unwrap()` on an `Err` value: the list is empty\n"
        'service "fill" didn\'t complete successfully: exit 101\n'
    )
    assert found.findings[["category", "service"]].values.tolist() == [
        ["crash_loop_app_bug", "fill"],
        ["dependency_unhealthy", "fill"],
    ]
    assert found.findings["follows"].tolist()[1] == 1
    assert found.incident.events.loc[found.incident.events["action"] == "die", "exit_code"].tolist() == [101]
