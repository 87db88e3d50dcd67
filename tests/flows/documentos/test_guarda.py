"""Documents are kept: no clean-up, however late it comes, takes one, its text, its events or its ranges."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from support import acervo
from support.acervo import NOW, PADARIA, frete, guardar, nota

from core.clock import FixedClock
from core.documentos.conteudo import Cupom, Especie, Laco
from core.documentos.situacao import Situacao
from core.upkeep import upkeeps
from flows import retencao
from flows.documentos.export import exportar_zip
from storage.models.documentos import CFe, CTe, Documento, DocumentoItem, DocumentoLigacao, NFe, XmlGuardado
from storage.models.empresas import Empresa
from storage.models.registros import DocumentoEvento, InutilizacaoGuardada
from storage.session import reading

KEPT = (
    Documento,
    NFe,
    CTe,
    CFe,
    DocumentoItem,
    DocumentoLigacao,
    DocumentoEvento,
    InutilizacaoGuardada,
    XmlGuardado,
    Empresa,
)
# Longer than the law asks for (eleven years), and than everything else is kept by default.
LATE = timedelta(days=365 * 30)


def counts() -> dict[str, int]:
    with reading() as db:
        return {kind.__name__: db.scalar(select(func.count()).select_from(kind)) or 0 for kind in KEPT}


def test_nothing_ever_deletes_a_document(banco: str, tmp_path: Path) -> None:
    company = acervo.empresa(PADARIA)
    for number, situacao in enumerate(Situacao, start=1):
        links = acervo.aponta(Laco.REFERENCIA, nota(9).chave)
        guardar(nota(number, itens=(acervo.item(1),), ligacoes=links), empresa=company, situacao=situacao)
    guardar(frete(1))
    guardar(Cupom(especie=Especie.CFE, chave=acervo.chave(3, modelo="59"), modelo="59"))
    guardar(nota(20), completo=False)
    acervo.evento(nota(1).chave, documento=1, xml=b"<e/>")
    acervo.evento(nota(30).chave, xml=b"<f/>")
    acervo.inutilizada(5, 6, xml=b"<i/>")
    before = counts()
    assert all(before.values())
    assert any(one.retention for one in upkeeps().values())
    assert retencao.limpar(FixedClock(NOW + LATE)).completo
    assert counts() == before
    with (tmp_path / "acervo.zip").open("wb") as file:
        assert exportar_zip(file).documentos == before["Documento"]
