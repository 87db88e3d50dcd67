"""The documents of a consultation: by role, page by page, with what is pending of each and why."""

from dataclasses import replace

import pytest
from support.numeracao import Numeracao, add, after, numeracao
from support.sefaz import INICIO

from core.caller import Caller
from core.errors import NotFound
from flows.sefaz.views import documentos
from flows.sefaz.views.documentos import DocumentoView, por_papel
from storage.models.documentos import Documento
from storage.models.empresas import dono
from storage.models.sefaz import ConsultaSEFAZ, DocumentoDistribuido, EstadoConsulta

BASE = DocumentoView(1, 1, "1" * 44, None, None, None, (), None, None, None, None, None, False, False, None, None)


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


@pytest.fixture
def consulta(mine: Numeracao) -> int:
    day = INICIO.date()
    new = ConsultaSEFAZ(
        serie_id=mine.serie_id,
        certificado_id=mine.quem.certificado_id,
        tipo_documento="NFE",
        data_inicio=day,
        data_fim=day,
        status=EstadoConsulta.CONCLUIDA,
        data_consulta=INICIO,
        log_detalhado="",
    )
    return add(new)[0]


def stored(of: Numeracao, chave: str, **columns: object) -> int:
    """Store a document of the company."""
    who = {"dono": dono(of.quem.usuario_id, of.quem.empresa_id), "empresa_id": of.quem.empresa_id}
    given = {"especie": "nfe", "modelo": "55", "situacao": "autorizada", "papeis": "", "completo": True} | columns
    return add(Documento(chave=chave, **who, **given, data_importacao=after(9), atualizado_em=after(9), busca=""))[0]


def arrive(of: Numeracao, consulta: int, **columns: object) -> int:
    """Let a document arrive; return the number of its arrival."""
    given = {"schema": "procNFe_v4.00.xsd", "resultado": "novo", "recebido_em": INICIO} | columns
    return add(DocumentoDistribuido(serie_id=of.serie_id, consulta_id=consulta, **given))[0]


def test_each_document_stands_under_every_role_and_one_without_any_under_none() -> None:
    both = replace(BASE, id=1, papeis=("DESTINATARIO", "TRANSPORTADOR"))
    one, none = replace(BASE, id=2, papeis=("TRANSPORTADOR",)), replace(BASE, id=3)
    found = por_papel([both, one, none])
    assert found == {"DESTINATARIO": [both], "TRANSPORTADOR": [both, one], "": [none]}
    assert list(found) == ["DESTINATARIO", "TRANSPORTADOR", ""]
    assert por_papel([]) == {}


def test_a_whole_document_says_what_is_in_it_and_when_it_was_imported(mine: Numeracao, consulta: int) -> None:
    issued = after(-600)
    number = stored(
        mine,
        "1" * 44,
        numero=7,
        serie=0,
        data_emissao=issued,
        offset_minutos=-300,
        papeis="DESTINATARIO,TOMADOR",
        emit_cnpj="55666777000155",
        emit_nome="Fornecedor",
        dest_cnpj_cpf=mine.quem.cnpj,
        dest_nome="Padaria",
    )
    arrived = arrive(mine, consulta, chave="1" * 44, documento_id=number)
    (found,) = documentos.documentos(consulta)
    assert (found.id, found.consulta, found.chave_acesso) == (arrived, consulta, "1" * 44)
    assert (found.numero, found.serie, found.papeis) == ("7", "0", ("DESTINATARIO", "TOMADOR"))
    assert (found.emit_nome, found.dest_cnpj, found.dest_nome) == ("Fornecedor", mine.quem.cnpj, "Padaria")
    assert (found.data_emissao, f"{found.data_emissao:%z}") == (issued, "-0500")
    assert (found.xml_baixado, found.importado, found.data_importacao) == (True, True, after(9))
    assert found.pendencia is None


@pytest.mark.parametrize(
    ("completo", "bruto", "motivo", "downloaded", "pending"),
    [
        (False, None, None, False, "só o resumo chegou"),
        (None, b"x", "o gzip está cortado", True, "ilegível: o gzip está cortado"),
        (None, b"x", None, True, "ilegível: sem motivo"),
        (None, None, "o banco recusou", False, "ilegível: o banco recusou"),
        (False, b"x", None, True, "só o resumo chegou"),
    ],
)
def test_what_is_not_whole_says_why(
    mine: Numeracao,
    consulta: int,
    completo: bool | None,
    bruto: bytes | None,
    motivo: str | None,
    downloaded: bool,
    pending: str,
) -> None:
    number = None if completo is None else stored(mine, "2" * 44, completo=completo)
    arrive(mine, consulta, chave="2" * 44, documento_id=number, bruto=bruto, motivo=motivo)
    (found,) = documentos.documentos(consulta)
    assert (found.chave_acesso, found.importado, found.data_importacao) == ("2" * 44, False, None)
    assert (found.xml_baixado, found.pendencia) == (downloaded, pending)
    # only the recipient is sent summaries; of what was not read no role is known
    assert found.papeis == (() if completo is None else ("DESTINATARIO",))


def test_of_what_was_not_read_only_its_key_is_known(mine: Numeracao, consulta: int) -> None:
    arrived = arrive(mine, consulta, resultado="erro", bruto=b"x", motivo="m")
    (found,) = documentos.documentos(consulta)
    blank = replace(BASE, id=arrived, consulta=consulta, chave_acesso=None)
    assert found == replace(blank, xml_baixado=True, pendencia="ilegível: m")


def test_they_come_in_pages_in_the_order_in_which_they_came(
    mine: Numeracao, consulta: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [arrive(mine, consulta, nsu=n, chave=str(n) * 44) for n in range(1, 6)]
    page = documentos.documentos(consulta, limite=2)
    assert ([one.id for one in page], page.depois) == (numbers[:2], numbers[1])
    assert [one.id for one in documentos.documentos(consulta, depois=numbers[1])] == numbers[2:]
    monkeypatch.setattr(documentos, "LARGEST", 2)
    assert [one.id for one in documentos.todos(consulta)] == numbers
    monkeypatch.setattr(documentos, "LARGEST", 5)
    assert [one.id for one in documentos.todos(consulta)] == numbers


def test_those_of_another_user_s_consultation_are_not_there(mine: Numeracao, consulta: int) -> None:
    arrive(mine, consulta, chave="1" * 44)
    with pytest.raises(NotFound):
        documentos.documentos(consulta, caller=Caller(99))
    with pytest.raises(NotFound):
        list(documentos.todos(consulta, Caller(99)))
