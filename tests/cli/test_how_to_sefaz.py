"""The how-to on SEFAZ leads from a PFX and its password to documents: its commands are typed as they stand there."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Configure, forget_process_state
from support.sefaz import EMPRESA, Lugar, sefaz

from cli.main import main
from sandbox.documentos.notas import nota

PAGE = Path(__file__).parents[2] / "docs/how-to/consultar-sefaz.md"
# What it says of a command that cannot be done here: it goes on until it is stopped.
ENDLESS = "esteira subir"
# `diagnostico` misses the workers here, and the note that is answered for in the page is a made-up one.
MAY_REFUSE = ("diagnostico", "sefaz manifestar")


@pytest.fixture
def lugar(sqlite: str, tmp_path: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        found.clock.instant = datetime.now(UTC)
        urls = {
            "sefaz__url_nfe": "NFeDistribuicaoDFe",
            "sefaz__url_cte": "CTeDistribuicaoDFe",
            "sefaz__url_evento": "NFeRecepcaoEvento4",
        }
        configure(
            sefaz__ambiente="2",
            sefaz__ca=str(found.ca_file),
            sefaz__url_nfse=f"{found.url}/contribuintes",
            **{key: f"{found.url}/{name}/{name}.asmx" for key, name in urls.items()},
        )
        monkeypatch.setenv("ESTEIRA_PFX_SENHA", found.senha)
        monkeypatch.chdir(tmp_path)
        yield found


def typed() -> list[list[str]]:
    """Return what the page has people type, without what is said behind a #."""
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", PAGE.read_text())
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line and line != ENDLESS]


def test_its_commands_lead_from_a_file_to_documents(
    lugar: Lugar, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lugar.server.comecar(EMPRESA)
    issued = [lugar.server.emitir(EMPRESA) for _ in range(3)]
    (tmp_path / "matriz.pfx").write_bytes(lugar.pfx)
    (tmp_path / "chaves.txt").write_text("\n".join(one.chave for one in issued))
    (tmp_path / "xml").mkdir()
    (tmp_path / "xml" / "antiga.xml").write_bytes(nota(900).xml)
    assert main(["usuarios", "criar", "ana"]) == 0
    refused = []
    for words in typed():
        forget_process_state()
        code = main([word.replace("/dados/xml", str(tmp_path / "xml")) for word in words])
        if code and not " ".join(words).startswith(MAY_REFUSE):
            refused.append((words, code))
    out, err = capsys.readouterr()
    assert refused == []
    assert "3 documentos em 1 página, 3 novos" in err
    assert all(one.chave in out for one in issued)
