"""Which reader reads a root, what is told of one that is spelled otherwise, and why nothing reads the others."""

import pytest

from core.documentos.espacos import BPE, CTE, GRAFIAS, MDFE, NFE, NFSE, SAT
from core.documentos.parser.conhecimento import conhecimento
from core.documentos.parser.cupom import cupom
from core.documentos.parser.eventos import evento
from core.documentos.parser.grupo import Contexto
from core.documentos.parser.nota import nota
from core.documentos.parser.recusa import Recusado
from core.documentos.parser.tabela import LEITORES, LOTES, Leitor, Raiz, leitor, partes_do_lote, recusa


def found(space: str, name: str) -> tuple[Leitor, tuple[str, ...]]:
    """Return the reader of a root, and what is told of it."""
    contexto = Contexto(space)
    return leitor((space, name), contexto), contexto.avisos


@pytest.mark.parametrize("root", LEITORES, ids=lambda root: "-".join(root)[-30:])
def test_a_root_as_it_should_be_has_its_reader_and_nothing_is_told(root: Raiz) -> None:
    assert found(*root) == (LEITORES[root], ())


@pytest.mark.parametrize(
    ("space", "name", "reader", "said"),
    [
        (NFE, "NFEPROC", nota, ("a raiz se chama NFEPROC, não nfeProc",)),
        (NFE, "procNFe", nota, ("a raiz se chama procNFe, não nfeProc",)),
        ("", "nfeProc", nota, ("a raiz nfeProc não tem namespace",)),
        (CTE, "nfeProc", nota, (f"a raiz nfeProc está no namespace {CTE}",)),
        ("", "PROCCTE", conhecimento, ("a raiz se chama PROCCTE, não cteProc", "a raiz PROCCTE não tem namespace")),
        ("", "procEventoMDFe", evento, ("a raiz procEventoMDFe não tem namespace",)),
        # the first namespace of a name stands for it
        ("urn:x", "CFe", cupom, ("a raiz CFe está no namespace urn:x",)),
        ("urn:x", "evento", evento, ("a raiz evento está no namespace urn:x",)),
        ("urn:" + "x" * 200, "CFe", cupom, (f"a raiz CFe está no namespace urn:{'x' * 96}",)),
    ],
)
def test_another_spelling_or_namespace_is_read_and_told(
    space: str, name: str, reader: Leitor, said: tuple[str, ...]
) -> None:
    assert found(space, name) == (reader, said)


@pytest.mark.parametrize("spelling", GRAFIAS)
def test_every_spelling_of_other_programs_is_of_a_root_that_is_read(spelling: str) -> None:
    right = GRAFIAS[spelling]
    assert any(found("", spelling)[0] is reader for (_, name), reader in LEITORES.items() if name == right)


def test_what_is_no_event_of_a_national_note_is_not_read_as_one_of_another() -> None:
    with pytest.raises(Recusado):
        found(NFSE, "Evento")


@pytest.mark.parametrize(
    ("space", "name", "parts"),
    [
        *((*root, parts) for root, parts in LOTES.items()),
        ("", "enviNFe", frozenset({"NFe"})),
        (NFE, "ENVINFE", frozenset({"NFe"})),
        ("urn:x", "envcfe", frozenset({"CFe", "CFeCanc"})),
        (NFE, "nfeProc", None),
        ("", "lote", None),
    ],
)
def test_a_lot_is_one_in_any_spelling(space: str, name: str, parts: frozenset[str] | None) -> None:
    assert partes_do_lote((space, name)) == parts


def test_no_root_is_both_a_document_and_a_lot() -> None:
    assert not LEITORES.keys() & LOTES.keys()


@pytest.mark.parametrize(
    ("space", "name", "motivo"),
    [
        (NFE, "retEvento", "so_resposta"),
        (NFE, "retEnvEvento", "so_resposta"),
        (CTE, "retEventoCTe", "so_resposta"),
        (MDFE, "retEventoMDFe", "so_resposta"),
        (NFE, "retConsStatServ", "trafego_de_protocolo"),
        (BPE, "retBPe", "trafego_de_protocolo"),
        *((NFE, name, "trafego_de_protocolo") for name in ("consSitNFe", "distDFeInt", "enviNFCe", "downloadNFe")),
        (MDFE, "inutMDFe", "trafego_de_protocolo"),
        (MDFE, "cancMDFe", "trafego_de_protocolo"),
        *((NFSE, name, "trafego_de_protocolo") for name in ("DPS", "pedRegEvento")),
        (NFE, "outraCoisa", "raiz_desconhecida"),
        (SAT, "envCFe2", "raiz_desconhecida"),
        ("", "CompNfse", "outro_protocolo"),
        ("http://www.abrasf.org.br/nfse.xsd", "CompNfse", "outro_protocolo"),
        # without one of the namespaces a name tells nothing
        ("", "retEvento", "nao_e_fiscal"),
        ("urn:x", "consSitNFe", "nao_e_fiscal"),
        ("", "html", "nao_e_fiscal"),
    ],
)
def test_what_nothing_reads_has_a_reason(space: str, name: str, motivo: str) -> None:
    why = recusa((space, name))
    assert why.motivo == motivo
    assert name in why.mensagem


def test_a_name_of_any_length_is_told_so_far() -> None:
    assert len(recusa(("", "x" * 10_000)).mensagem) < 200


@pytest.mark.parametrize("root", [("", "html"), (NFE, "outraCoisa"), (NFE, "retEvento")])
def test_what_nothing_reads_is_refused_for_that_reason(root: Raiz) -> None:
    with pytest.raises(Recusado) as caught:
        leitor(root, Contexto(root[0]))
    assert caught.value.motivo == recusa(root).motivo
