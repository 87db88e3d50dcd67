import subprocess
import sys

import pytest

from claims import holder

PROGRAM = "from claims.holder import new_token; print(new_token())"


def test_a_token_names_a_living_process_until_it_ends() -> None:
    assert not holder.is_dead(holder.new_token())
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout.strip()
    assert holder.is_dead(ended)
    assert holder.new_token() != holder.new_token()


@pytest.mark.parametrize("token", ["outra-maquina|1|1|abc", "", "x", f"{holder.host()}|?|?|abc"])
def test_of_other_hosts_and_of_what_is_no_token_nobody_says_that_it_is_dead(token: str) -> None:
    assert not holder.is_dead(token)


def test_a_number_that_another_process_has_now_is_not_its_holder() -> None:
    name, pid, _, end = holder.new_token().split(holder.SEPARATOR)
    assert holder.is_dead(holder.SEPARATOR.join((name, pid, "1", end)))
