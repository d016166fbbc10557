import pytest

from incidentlab.parse import names
from incidentlab.parse.names import Place, places


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("web-1", Place("web", 1)),
        ("web_2", Place("web", 2)),
        ("api-2-1", Place("api-2", 1)),
        ("my_app.v2-12", Place("my_app.v2", 12)),
        ("my-redis", Place("my-redis", None)),
        ("worker-01", Place("worker-01", None)),
        ("web_1_0f3c9a81b2de", Place("web", 1)),
        ("mailer.2", Place("mailer", 2)),
    ],
)
def test_the_number_follows_the_last_separator(name: str, place: Place) -> None:
    """A service's name may hold separators and digits; a container_name has no number, and no number begins with 0."""
    assert places([name])[name] == place


def test_a_project_that_all_numbered_names_bear_is_cut_off() -> None:
    """Compose 2.0 to 2.23.0 keeps the project in the prefix; a container_name beside them changes nothing."""
    found = places(["payflow-auth-service-1", "payflow-db-1", "cache"])
    assert found["payflow-auth-service-1"] == Place("auth-service", 1)
    assert found["payflow-db-1"] == Place("db", 1)
    assert found["cache"] == Place("cache", None)


@pytest.mark.parametrize(
    "names", [["auth-service-1", "auth-db-1"], ["api-1-1", "api-2-1"], ["payflow-db-1"], ["web-1", "web-2"]]
)
def test_a_common_beginning_is_no_proof_of_a_project(names: list[str]) -> None:
    """Where what remains would name no service, or there is one service only, nothing is cut off."""
    assert [places(names)[name].service for name in names] == [name[:-2] for name in names]


def test_compose_shows_the_project_in_its_own_lines() -> None:
    """A container shown with and without its project proves the project, for a single service too."""
    assert places(["web_1"], mentioned=["shop_web_1"])["shop_web_1"] == Place("web", 1)
    assert places(["shop-web-1"], project="shop")["shop-web-1"] == Place("web", 1)


def test_a_whole_name_of_v1_bears_its_project() -> None:
    """Where one mark only can end the project it does; a name with two may be cut at either."""
    assert places(["shop_web_1"], mentioned=["shop_web_1"])["shop_web_1"] == Place("web", 1)
    assert places([], mentioned=["my_shop_web_1"])["my_shop_web_1"] == Place("my_shop_web", 1)
    assert places(["shop_web_1"])["shop_web_1"] == Place("shop_web", 1)


def test_json_lines_that_all_name_one_service_are_its_own() -> None:
    """A structured log without prefixes says itself whose it is."""
    lines = b'{"msg": "a", "service": {"name": "wallet"}}\n{"msg": "b", "service": {"name": "wallet"}}\n'
    assert names.own(lines) == "wallet"


def test_json_lines_of_several_services_are_nobody_s() -> None:
    """Where the lines name different services, none is taken for all."""
    assert names.own(b'{"service": "wallet"}\n{"service": "auth"}\n') is None


def test_a_text_with_prefixes_is_not_asked() -> None:
    """In a text of several containers a JSON field names no service: the prefix does."""
    assert names.own(b'web-1  | {"service": "wallet"}\n') is None


TASK = "k3v9x0q2m7w1c5z8b4n6j0t2y"


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ([f"shop_cart.1.{TASK}@node-a"], [Place("cart", 1)]),
        (["shop_cart.2@node-a", f"shop_cart_db.1.{TASK}@node-b"], [Place("cart", 2), Place("cart_db", 1)]),
        (["my_shop_cart.1@a", "my_shop_mail.1@a"], [Place("cart", 1), Place("mail", 1)]),
        ([f"shop_agent.{TASK}.{TASK}@node-a"], [Place("agent", None)]),
        (["shop_web.1@a", "blog_web.1@a"], [Place("shop_web", 1), Place("blog_web", 1)]),
        (["cart.3@node.example"], [Place("cart", 3)]),
        (["cart_service.1@a"], [Place("cart_service", 1)]),
    ],
)
def test_a_task_of_a_stack_is_one_of_its_service(shown: list[str], found: list[Place]) -> None:
    """Stack, task and node are no part of the service's name; a word that says too little is left with its stack."""
    assert [places(shown)[name] for name in shown] == found
