"""Commands are typed as a person does."""

from collections.abc import Callable

import pytest

from cli.main import main

# Words in, or one line; exit code, stdout and stderr out.
Run = Callable[..., tuple[int, str, str]]


def typing_in(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what types a command in this process; nobody is to see a traceback."""

    def type_in(*words: str) -> tuple[int, str, str]:
        code = main(words[0].split(" ") if len(words) == 1 else list(words))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return type_in
