"""Nobody asks too often; Redis away means that everybody passes."""

from typing import Any

import pytest
import redis
from conftest import Configure
from prometheus_client.parser import text_string_to_metric_families
from support.api import Client, person
from support.ports import free_port
from support.visiting import Visitor

from api.limit import PREFIX, Limiter, Verdict, of_login, of_person, origin
from flows.usuarios import managing

NAMES = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def left(answer: Any) -> int:
    assert all(name in answer.headers for name in NAMES), answer.headers
    return int(answer.headers["X-RateLimit-Remaining"])


def test_what_is_left_is_told_until_it_is_refused_and_when_there_is_more(
    url: str, broker: str, configure: Configure
) -> None:
    configure(api__rate_limit="3", api__rate_window_seconds="600")
    ana, bia = person(url), person(url, "bia")
    assert [left(ana.get(path)) for path in ("/api/nfe/", "/api/nao-ha/", "/api/cte/")] == [2, 1, 0]
    for _ in range(3):
        refused = ana.get("/api/nfe/")
        assert (refused.status_code, refused.json()["error"]) == (429, "Rate limit exceeded")
        assert 0 < int(refused.headers["Retry-After"]) <= 601
        assert left(refused) == 0
    assert left(bia.get("/api/nfe/")) == 2


def test_a_user_may_have_a_limit_of_their_own(url: str, broker: str, configure: Configure) -> None:
    configure(api__rate_limit="1")
    ana = person(url)
    managing.limitar("ana", 50)
    assert [left(ana.get("/api/nfe/")) for _ in range(3)] == [49, 48, 47]


def test_who_shows_no_token_is_counted_by_address(light: str, broker: str, configure: Configure) -> None:
    configure(api__rate_limit="2")
    nobody = Client(light)
    assert [nobody.get("/api/nfe/").status_code for _ in range(3)] == [401, 401, 429]
    assert person(light).get("/api/nfe/").status_code == 200
    assert nobody.get("/saude/").status_code == 200


def test_a_name_is_tried_five_times_a_minute_however_it_is_written(light: str, broker: str) -> None:
    def attempt(name: str) -> int:
        return Client(light).post("/api/auth/login/", {"username": name, "password": "x"}).status_code

    assert [attempt(name) for name in ("ana", "ANA", "Ana", " ana", "ana", "aNa")] == [400] * 5 + [429]
    assert attempt("bia") == 400


@pytest.mark.parametrize("path", ["/entrar", "/api/auth/login/"])
def test_a_name_takes_the_same_room_however_long_it_is(light: str, broker: str, path: str) -> None:
    stranger = Visitor(light)
    for number in range(40):
        fields = {"username": f"{number}" + "x" * 900_000, "password": "x"}
        sent = {"data": fields} if path == "/entrar" else {"json": fields}
        assert stranger.ask("POST", path, **sent).status_code in (400, 429)
    with redis.Redis.from_url(broker) as server:
        assert sum(len(key) for key in server.scan_iter(f"*{PREFIX}*")) < 100_000


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_is_counted_as_one_customer_has_it(address: str, counted: str) -> None:
    assert origin(address) == counted


def test_what_is_no_address_is_counted_in_the_same_room_too() -> None:
    assert len(origin("x" * 100_000)) == len(origin("?"))
    assert origin("?") != origin("!")


def test_a_whole_network_of_ipv6_has_one_limit(configure: Configure) -> None:
    configure(core__broker_url="amqp://127.0.0.1:1/x", api__rate_limit="2")
    asked = [of_person(None, f"2001:db8::{number}").passes for number in (1, 2, 3)]
    assert asked == [True, True, False]
    assert of_person(None, "2001:db8:0:1::1").passes
    assert [of_login("ana", f"2001:db8::{number}").passes for number in range(1, 7)] == [True] * 5 + [False]


def test_without_redis_all_pass_and_that_is_counted(light: str, configure: Configure) -> None:
    configure(core__redis_url=f"redis://127.0.0.1:{free_port()}/0", api__rate_limit="1")
    clara = person(light, "clara")
    assert [clara.get("/api/nfe/").status_code for _ in range(3)] == [200, 200, 200]
    text = clara.get("/metricas").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert families["esteira_api_sem_limite"].samples[0].value >= 3


def test_without_a_broker_the_headers_are_there_all_the_same(clara: Client) -> None:
    assert left(clara.get("/api/nfe/")) == 100


@pytest.mark.parametrize(
    ("verdict", "wait"),
    [(Verdict(True, 5, 1, 1010), None), (Verdict(False, 5, 0, 1010), "10"), (Verdict(False, 5, 0, 990), "1")],
)
def test_the_wait_is_told_with_a_refusal_alone(verdict: Verdict, wait: str | None) -> None:
    assert verdict.headers(1000.0).get("Retry-After") == wait


def test_a_limiter_without_a_pool_counts_nobody() -> None:
    assert [Limiter(lambda: None).hit("a", 1, 60).passes for _ in range(3)] == [True] * 3


def test_beside_rabbitmq_without_redis_each_process_counts_for_itself(light: str, configure: Configure) -> None:
    configure(core__broker_url="amqp://127.0.0.1:1/x", api__rate_limit="2")
    nobody = Client(light)
    assert [nobody.get("/api/nfe/").status_code for _ in range(3)] == [401, 401, 429]
