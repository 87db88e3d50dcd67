"""Flower's password, its options, and its patience with the workers."""

import runpy
import stat
from pathlib import Path
from typing import Any

import pytest

from core.errors import Misconfigured
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


def test_a_given_password_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    ours = settings(tmp_path, user="ana", password="a,b:c")
    assert flower.credentials(ours) == "ana:a,b:c"
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
    functions = {"get_settings", "credentials"}
    assert set(ours) - functions <= {name.replace("-", "_") for name in known.options._options}


def test_it_waits_until_all_the_workers_answer() -> None:
    answers = iter([set(), {"a"}, {"a", "b"}])
    assert flower.wait_for(lambda: next(answers), flower.Patience({"a", "b"})) == {"a", "b"}


def test_after_a_while_it_goes_on_with_those_that_answer() -> None:
    answers = iter([set(), set(), {"a"}])
    assert flower.wait_for(lambda: next(answers), flower.Patience({"a", "b"}, seconds=0)) == {"a"}
