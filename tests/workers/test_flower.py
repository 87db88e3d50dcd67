"""Flower's password, its options, and its patience with the workers."""

import asyncio
import runpy
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import Configure
from support.ports import free_port, wait_until

from core.errors import Misconfigured
from core.settings.flower import FlowerSettings
from core.settings.load import Settings, get_settings, settings_model
from workers import flower


def settings(tmp_path: Path, **keys: Any) -> Settings:
    return settings_model()(core={"data_dir": tmp_path / "dados"}, flower=keys)


def test_a_missing_password_is_made_once_and_kept_private(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    made = flower.password(ours)
    assert len(made) >= 20
    assert flower.password(ours) == made
    assert stat.S_IMODE(flower.password_file(ours).stat().st_mode) == 0o600
    assert flower.access(ours).endswith(f"senha em {flower.password_file(ours)}")


def test_a_given_password_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    ours = settings(tmp_path, user="ana", password="a,b:c")
    assert flower.credentials(ours) == "ana:a,b:c"
    assert flower.access(ours) == "usuário ana, senha de flower.password"
    assert not flower.password_file(ours).exists()


@pytest.mark.parametrize(
    ("key", "value"), [("password", ""), ("password", "ação"), ("password", "a\nb"), ("user", "a:b"), ("user", "")]
)
def test_what_flower_could_not_compare_is_told_with_its_key(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=rf"flower\.{key}"):
        flower.credentials(settings(tmp_path, **{"password": "x", key: value}))


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    flower.password_file(ours).mkdir(parents=True)
    with pytest.raises(Misconfigured, match=r"flower\.password"):
        flower.password(ours)


def test_its_options_come_from_the_settings() -> None:
    options = runpy.run_path(str(flower.CONFIGURATION))
    assert (options["address"], options["port"]) == ("127.0.0.1", 5555)
    assert options["basic_auth"] == [flower.credentials(get_settings())]
    assert options["max_tasks"] <= 10_000


def test_every_option_is_one_that_flower_knows() -> None:
    import flower.options as known

    ours = [name for name in runpy.run_path(str(flower.CONFIGURATION)) if name.islower() and not name.startswith("_")]
    functions = {"get_settings", "credentials", "protect"}
    assert set(ours) - functions <= {name.replace("-", "_") for name in known.options._options}


def test_it_waits_until_all_the_workers_answer() -> None:
    answers = iter([set(), {"a"}, {"a", "b"}])
    assert flower.wait_for(lambda: next(answers), flower.Patience({"a", "b"})) == {"a", "b"}


def test_after_a_while_it_goes_on_with_those_that_answer() -> None:
    answers = iter([set(), set(), {"a"}])
    assert flower.wait_for(lambda: next(answers), flower.Patience({"a", "b"}, seconds=0)) == {"a"}


def test_no_page_answers_without_the_password(sqlite: str, broker: str, configure: Configure) -> None:
    port = free_port()
    configure(flower__port=str(port), flower__user="ana", flower__password="uma-senha")  # pragma: allowlist secret
    pages = ("/", "/workers", "/tasks", "/broker", "/metrics", "/healthcheck", "/api/workers", "/api/task/types")
    right, wrong = ("ana", "uma-senha"), ("ana", "outra")
    found: dict[str, list[int]] = {}

    def ask() -> None:
        wait_until(lambda: _status(f"http://127.0.0.1:{port}/healthcheck", right) == 200)
        for page in pages:
            found[page] = [_status(f"http://127.0.0.1:{port}{page}", who) for who in (None, wrong, right)]

    asyncio.run(_while_served(ask))
    assert found == {page: [401, 401, 200] for page in pages}


async def _while_served(ask: Callable[[], None]) -> None:
    served = flower.served()
    try:
        await asyncio.to_thread(ask)
    finally:
        served.events.stop()


def _status(url: str, who: tuple[str, str] | None) -> int:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, auth=who, timeout=60, allow_redirects=False).status_code
        except requests.ConnectionError:
            return 0


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://x", "x", "https://[", "https://"),
        "https://ana:senha@x/",  # pragma: allowlist secret
    ],
)
def test_the_address_that_people_see_has_no_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="flower"):
        settings(tmp_path, url=url)


def test_people_find_its_page(tmp_path: Path) -> None:
    pages = [settings(tmp_path, **one)[FlowerSettings].page for one in ({}, {"host": "::1"}, {"url": "https://f/"})]
    assert pages == ["http://127.0.0.1:5555/", "http://[::1]:5555/", "https://f/"]
