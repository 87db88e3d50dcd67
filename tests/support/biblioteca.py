"""The vendor library of the tests, compiled once."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.sat_wire import status_line

SOURCE = Path(__file__).parents[1] / "connectors/sat/biblioteca.c"
Compile = Callable[..., Path]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Compile a C source to a shared library."""
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("gcc is not installed: no vendor library can be built for the test")

    def build(source: Path, *options: str) -> Path:
        target = tmp_path_factory.mktemp("biblioteca") / f"{source.stem}.so"
        subprocess.run([gcc, "-shared", "-fPIC", "-w", *options, str(source), "-o", str(target)], check=True)
        return target

    return build


@pytest.fixture(scope="session")
def library(compiled: Compile) -> Path:
    """The library whose behaviour is chosen by the activation code."""
    rest = status_line(STATUS_LAN="NÃO CONECTADO").partition("|")[2]
    latin = "".join(f"\\{byte:03o}" if byte > 126 else chr(byte) for byte in rest.encode("latin-1"))
    utf8 = "".join(f"\\{byte:03o}" if byte > 126 else chr(byte) for byte in rest.encode())
    return compiled(SOURCE, f'-DLINHA_UTF8="{utf8}"', f'-DLINHA_LATIN1="{latin}"')
