"""What a file is: a table of documents, of what is none, and of what is hostile."""

import time
from pathlib import Path
from xml.parsers import expat

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from core.documentos.espacos import CTE, MDFE, NFE, SAT
from core.documentos.leitura import LIMITE, texto, textos_do_lote
from core.documentos.leitura import ler as ler_todos
from core.documentos.raizes import Acao, Leitura
from core.fiscal import digito_chave
from sandbox.questor.documentos import CNPJ, documento

KINDS = ("nfe", "nfce", "nfe_evento", "cte", "cte_evento", "cteos", "cteos_evento", "cfe", "cfe_cancelamento")


def chave(modelo: str = "55", numero: int = 7, cnpj: str = CNPJ) -> str:
    base = f"352601{cnpj}{modelo}001{numero:09d}1{numero:08d}"
    return base + digito_chave(base)


def nfe(ident: str | None = None, prot: str | None = None, more: str = "", **fields: str) -> str:
    key = ident if ident is not None else f"NFe{chave()}"
    proof = prot if prot is not None else chave()
    said = {"mod": "55", "amb": "1", "status": "100"} | fields
    ide = f"<ide><mod>{said['mod']}</mod><tpAmb>{said['amb']}</tpAmb></ide>"
    return (
        f'<nfeProc xmlns="{NFE}"><NFe><infNFe Id="{key}">{ide}'
        f"{more}</infNFe></NFe><protNFe><infProt><chNFe>{proof}</chNFe><cStat>{said['status']}</cStat></infProt></protNFe>"
        "</nfeProc>"
    )


def evento(key: str = "", root: str = "procEventoNFe", **fields: str) -> str:
    space, field = (NFE, "chNFe") if root == "procEventoNFe" else (CTE, "chCTe")
    said = {"status": "135", "tipo": "110111", "numero": "1"} | fields
    about = f"<{field}>{key or chave()}</{field}>"
    return (
        f'<{root} xmlns="{space}"><evento><infEvento Id="ID1">{about}<tpEvento>{said["tipo"]}</tpEvento>'
        f"<nSeqEvento>{said['numero']}</nSeqEvento></infEvento></evento>"
        f"<retEvento><infEvento><cStat>{said['status']}</cStat>{about}</infEvento></retEvento></{root}>"
    )


def answered(status: str = "135", tipo: str = "110111") -> str:
    """Return a note behind whose protocol a program wrote the answer to an event."""
    about = f"<chNFe>{chave()}</chNFe><tpEvento>{tipo}</tpEvento>"
    answer = f"<retEvento><infEvento><cStat>{status}</cStat>{about}</infEvento></retEvento>"
    return nfe().replace("</nfeProc>", f"{answer}</nfeProc>")


def ler(content: bytes) -> Leitura:
    """Return the reading of a file that is one document."""
    (read,) = ler_todos(content)
    assert read.parte == 0
    return read


def found(text: str | bytes) -> tuple[str, str | None, str | None]:
    read = ler(text.encode() if isinstance(text, str) else text)
    return read.acao.value, read.tipo, read.motivo


@pytest.mark.parametrize("tipo", KINDS)
def test_each_kind_is_known_with_its_identity(tipo: str) -> None:
    made = documento(tipo, 12)
    read = ler(made.texto.encode())
    assert (read.acao, read.tipo, read.identidade, read.motivo) == (Acao.IMPORTAR, tipo, made.identidade, None)


def test_an_authorised_document_is_known_by_its_own_key_not_by_one_inside() -> None:
    other = chave(numero=99)
    read = ler(nfe(more=f"<NFref><refNFe>{other}</refNFe></NFref>").encode())
    assert (read.acao, read.identidade) == (Acao.IMPORTAR, chave())


@pytest.mark.parametrize(
    "text",
    [
        nfe().replace("<nfeProc xmlns=", "<ns0:nfeProc xmlns:ns0=").replace("</nfeProc", "</ns0:nfeProc")
        .replace("<NFe>", "<ns0:NFe>").replace("</NFe>", "</ns0:NFe>").replace("infNFe", "ns0:infNFe")
        .replace("</ns0:ns0", "</ns0").replace("protNFe", "ns0:protNFe").replace("infProt", "ns0:infProt"),
        "<?xml version='1.0' encoding='UTF-8'?>\n<!-- nota -->\n" + nfe(),
        "\ufeff" + nfe(),
        nfe().replace("><", ">\r\n\t<"),
        nfe(status="150"),
    ],
    ids=["prefixed", "declaration", "bom", "indented", "150"],
)  # fmt: skip
def test_a_document_may_be_written_in_any_way(text: str) -> None:
    assert found(text) == ("importar", "nfe", None)


@pytest.mark.parametrize("text", [answered(status="573"), answered(tipo="110110")], ids=["refused", "correction"])
def test_an_answer_that_cancels_nothing_keeps_no_document_back(text: str) -> None:
    assert found(text) == ("importar", "nfe", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (nfe(status="110"), ("separar", "nfe", "nao_autorizado")),
        (answered(), ("separar", "nfe", "nao_autorizado")),
        (nfe(status="302"), ("separar", "nfe", "nao_autorizado")),
        (nfe(amb="2"), ("separar", "nfe", "ambiente_de_teste")),
        (nfe(amb="02"), ("separar", "nfe", "ambiente_de_teste")),
        (nfe(prot=chave(numero=8)), ("separar", "nfe", "chave_divergente")),
        (nfe(mod="65"), ("separar", None, "chave_divergente")),
        (nfe(ident="NFe" + chave()[:-1] + str((int(chave()[-1]) + 1) % 10)), ("separar", None, "chave_invalida")),
        (nfe(ident=""), ("separar", None, "chave_invalida")),
        (nfe(ident=chave()), ("separar", None, "chave_invalida")),
        (nfe(ident="NFe" + "٣" * 44), ("separar", None, "chave_invalida")),
        (f'<NFe xmlns="{NFE}"><infNFe Id="NFe{chave()}"/></NFe>', ("separar", "nfe", "sem_protocolo")),
        (f'<CTe xmlns="{CTE}"><infCte Id="x"/></CTe>', ("separar", None, "sem_protocolo")),
        (f'<procCancNFe xmlns="{NFE}"/>', ("separar", "nfe_cancelamento_antigo", "cancelamento_antigo")),
        (f'<resNFe xmlns="{NFE}"/>', ("ignorar", "nfe_resumo", "resumo")),
        (f'<mdfeProc xmlns="{MDFE}"/>', ("ignorar", "mdfe", "sem_metodo")),
        (f'<retConsSitNFe xmlns="{NFE}"/>', ("ignorar", None, "trafego_de_protocolo")),
        ('<CompNfse xmlns="http://www.abrasf.org.br/nfse.xsd"/>', ("ignorar", "nfse", "outro_protocolo")),
        ('<nfeProc versao="4.00"/>', ("separar", None, "raiz_sem_namespace")),
        ("<html><body>Erro</body></html>", ("separar", None, "nao_e_fiscal")),
        (evento(status="999"), ("separar", "nfe_evento", "evento_nao_registrado")),
        (evento(key=chave("64"), root="procEventoCTe"), ("separar", None, "sem_metodo")),
        (evento(tipo="1"), ("separar", None, "chave_invalida")),
        (evento(numero=""), ("separar", None, "chave_invalida")),
        (f'<procEventoNFe xmlns="{NFE}"/>', ("separar", None, "chave_invalida")),
    ],
)
def test_what_is_not_sent_and_why(text: str, expected: tuple[str, str | None, str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("content", "motivo"),
    [
        (b"", "vazio"),
        (b" \r\n\t", "vazio"),
        (bytes(5000), "so_nulos"),
        (nfe().encode()[:-30], "xml_invalido"),
        (nfe().encode() * 2, "xml_invalido"),
        (b"%PDF-1.4 ...", "nao_e_xml"),
        (b"\x89PNG\r\n\x1a\n", "nao_e_xml"),
        (b'{"Xml": "<a/>"}', "nao_e_xml"),
        (b"PK\x03\x04", "nao_e_xml"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "xml_invalido"),
        (b'<a b="' + b"x" * 4_000_000 + b'"/>', "nao_e_fiscal"),
        (b"x" * (LIMITE + 1), "grande_demais"),
        (nfe(more="<x>\x01</x>").encode(), "xml_invalido"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "doctype"),
        (b"<!-- a --><?pi b?>\n<!doctype html><html/>", "doctype"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "doctype"),
        (b"\xef\xbb\xbf<!DOCTYPE a><a/>", "doctype"),
        (b"<a>&x;</a>", "xml_invalido"),
        ("<envCFe><CFe\u0132/></envCFe>".encode(), "xml_invalido"),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, bytes) else value,
)
def test_hostile_and_useless_files_are_set_aside_with_a_reason(content: bytes, motivo: str) -> None:
    assert found(content)[2] == motivo
    assert found(content)[0] == "separar"


@pytest.mark.parametrize("name", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1", "utf-8-sig"])
def test_any_encoding_that_is_declared_or_marked_is_read(name: str) -> None:
    text = f"<?xml version='1.0' encoding='{name.removesuffix('-sig')}'?>" + nfe(more="<xNome>São João</xNome>")
    assert found(text.encode(name)) == ("importar", "nfe", None)


def test_a_text_that_is_only_readable_as_windows_1252_is_marked() -> None:
    text = "<?xml version='1.0' encoding='UTF-8'?>" + nfe(more="<xNome>São</xNome>")
    assert found(text.encode("cp1252")) == ("importar", "nfe", "lido_como_windows_1252")


def test_a_cnpj_with_letters_is_a_cnpj() -> None:
    key = chave(cnpj="12ABC34501DE35")
    read = ler(nfe(ident=f"NFe{key}", prot=key).encode())
    assert (read.acao, read.identidade) == (Acao.IMPORTAR, key)


def test_two_events_of_one_document_are_two() -> None:
    one, two = (ler(evento(numero=number).encode()).identidade for number in ("1", "002"))
    assert (one, two) == (f"{chave()}:110111:1", f"{chave()}:110111:2")


@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(content: bytes) -> None:
    assert ler(content).acao in Acao


@given(st.data())
def test_a_broken_document_has_an_answer(data: st.DataObject) -> None:
    content = bytearray(nfe().encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert ler(bytes(content)).acao in Acao


CASOS = Path(__file__).parent / "casos"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("denegada-protocolo-sem-namespace", ("separar", "nfe", "nao_autorizado")),
        ("protocolo-de-outra-sem-namespace", ("separar", "nfe", "chave_divergente")),
        ("evento-rejeitado-retorno-sem-namespace", ("separar", "nfe_evento", "evento_nao_registrado")),
        ("raiz-sem-namespace", ("separar", "nfe", "raiz_sem_namespace")),
        ("evento-raiz-sem-namespace", ("separar", "nfe_evento", "raiz_sem_namespace")),
        ("cfe-com-namespace-sat", ("importar", "cfe", None)),
        ("codificacao-mista", ("importar", "nfe", "codificacao_mista")),
    ],
)
def test_what_cannot_be_read_by_namespace_is_not_taken_for_absent(
    name: str, expected: tuple[str, str | None, str | None]
) -> None:
    read = ler((CASOS / f"{name}.xml").read_bytes())
    assert (read.acao.value, read.tipo, read.motivo) == expected
    assert read.identidade


BARE = f'xmlns="{NFE}"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (nfe().replace("nfeProc", "procNFe"), ("nfe", "raiz_com_outro_nome")),
        (nfe().replace("nfeProc", "NFeProc"), ("nfe", "raiz_com_outro_nome")),
        (nfe().replace(BARE, ""), ("nfe", "raiz_sem_namespace")),
        (nfe().replace(NFE, CTE), ("nfe", "raiz_sem_namespace")),
        (nfe().replace(NFE, NFE.upper()), ("nfe", "raiz_sem_namespace")),
        (nfe().replace("nfeProc", "procNFe").replace(BARE, ""), ("nfe", "raiz_sem_namespace")),
        (nfe(status="302").replace(BARE, ""), ("nfe", "raiz_sem_namespace")),
        (nfe().replace("<NFe>", '<NFe xmlns="">'), ("nfe", "parte_sem_namespace")),
        (nfe().replace("<protNFe>", '<protNFe xmlns="x">').replace("100<", "110<"), ("nfe", "nao_autorizado")),
        (nfe().replace("<cStat>100</cStat>", ""), ("nfe", "protocolo_ilegivel")),
        (nfe().replace("<cStat>100</cStat>", "<cStat/>"), ("nfe", "protocolo_ilegivel")),
        (nfe().replace("infProt", "infoProt"), ("nfe", "protocolo_ilegivel")),
        (nfe().replace("</nfeProc>", "<protNFe><infProt><cStat>302</cStat></infProt></protNFe></nfeProc>"),
         ("nfe", "nao_autorizado")),
        (nfe(amb="2").replace("<ide>", '<ide xmlns="">'), ("nfe", "ambiente_de_teste")),
        (nfe().replace("</NFe>", f'<infNFe Id="NFe{chave(numero=8)}"/></NFe>'), ("nfe", "varios_documentos")),
        (evento().replace(BARE, ""), ("nfe_evento", "raiz_sem_namespace")),
        (evento().replace("<cStat>135</cStat>", ""), ("nfe_evento", "retorno_ilegivel")),
        (evento().replace("<retEvento><infEvento>", "<retEvento><outro>").replace("</infEvento></ret", "</outro></ret"),
         ("nfe_evento", "retorno_ilegivel")),
        (evento().replace("<evento>", '<evento xmlns="">'), ("nfe_evento", "parte_sem_namespace")),
        (f'<resNFe xmlns="{CTE}"/>', ("nfe_resumo", "raiz_sem_namespace")),
        ("<retConsSitNFe/>", (None, "raiz_sem_namespace")),
        (f'<nfeNova xmlns="{NFE}"/>', (None, "raiz_desconhecida")),
        (f'<x xmlns="{MDFE}"/>', (None, "raiz_desconhecida")),
    ],
)  # fmt: skip
def test_what_is_nearly_a_document_is_set_aside_with_what_it_is(text: str, expected: tuple[str | None, str]) -> None:
    assert found(text) == ("separar", *expected)


def test_a_root_without_namespace_says_what_else_is_wrong() -> None:
    read = ler(nfe(status="302").replace(BARE, "").encode())
    assert read.mensagem == "a raiz nfeProc não tem namespace; cStat 302"


@pytest.mark.parametrize(
    ("root", "space", "tipo"),
    [("bpeProc", "bpe", "bpe"), ("procEventoMDFe", "mdfe", "mdfe"), ("nfcomProc", "nfcom", "nfcom")],
)
def test_kinds_that_no_method_takes_are_no_loss(root: str, space: str, tipo: str) -> None:
    text = f'<{root} xmlns="http://www.portalfiscal.inf.br/{space}"/>'
    assert found(text) == ("ignorar", tipo, "sem_metodo")


class TestLots:
    def test_each_coupon_of_a_lot_is_a_document(self) -> None:
        content = (CASOS / "lote-envCFe.xml").read_bytes()
        read = ler_todos(content)
        assert [(one.acao, one.tipo, one.motivo, one.parte) for one in read] == [
            (Acao.IMPORTAR, "cfe", None, 1),
            (Acao.IMPORTAR, "cfe", None, 2),
        ]
        assert len({one.identidade for one in read}) == 2
        for one, text in zip(read, textos_do_lote(content), strict=True):
            assert ler(text.encode()).identidade == one.identidade

    @pytest.mark.parametrize(
        "attributes", [f'xmlns="{SAT}"', "", f'xmlns:s="{SAT}" xmlns:o="urn:a&amp;b"', f"xmlns='{SAT}' a='>'"]
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
    def test_a_coupon_is_cut_out_as_it_stands(self, attributes: str, encoding: str) -> None:
        prefix = "s:" if "xmlns:s" in attributes else ""
        coupon = documento("cfe", 3, extra="São  &amp;\t'a' &#10;").texto
        for name in ("CFe", "infCFe"):
            coupon = coupon.replace(f"<{name}", f"<{prefix}{name}").replace(f"</{name}", f"</{prefix}{name}")
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        text = f"{head}<{prefix}envCFe {attributes}><x>{coupon}</x><!-- é -->{coupon}</{prefix}envCFe>"
        cut = textos_do_lote(text.encode(encoding))
        assert len(cut) == 2
        inside = etree.fromstring(text.encode(encoding)).find(".//{*}CFe")
        assert inside is not None
        for one in cut:
            assert one.partition("infCFe")[2] == coupon.partition("infCFe")[2]
            assert etree.canonicalize(one) == etree.canonicalize(
                etree.tostring(inside, encoding="unicode", with_tail=False)
            )

    def test_a_broken_coupon_costs_itself_and_an_empty_lot_is_told(self) -> None:
        bad = '<CFe><infCFe Id="CFe1"/></CFe>'
        read = ler_todos(f"<envCFe>{documento('cfe', 1).texto}{bad}</envCFe>".encode())
        assert [(one.acao, one.motivo) for one in read] == [(Acao.IMPORTAR, None), (Acao.SEPARAR, "chave_invalida")]
        assert found(f'<envCFe xmlns="{SAT}"/>')[2] == "lote_vazio"

    def test_a_lot_of_very_many_namespaces_costs_no_more_than_its_size(self) -> None:
        amount = 40_000
        outer = " ".join(f'xmlns:a{number}="u{number}"' for number in range(amount))
        inner = "".join(f'<x xmlns:b="v{number}"/>' for number in range(amount))
        began = time.process_time()
        assert found(f"<envCFe {outer}>{inner}</envCFe>")[2] == "lote_vazio"
        assert time.process_time() - began < 10

    def test_a_lot_of_thousands_is_cut_in_one_pass(self) -> None:
        text = "<envCFe>" + "".join(documento("cfe", number).texto for number in range(1, 3001)) + "</envCFe>"
        assert len(ler_todos(text.encode())) == 3000


def test_a_prolog_of_any_length_ends() -> None:
    assert found("<?a?>" * 5000 + "<!-- b -->" * 5000 + "<a/>")[2] == "nao_e_fiscal"
    assert found("<?a?>" * 5000 + "<!DOCTYPE a><a/>")[2] == "doctype"


LABELS = [None, "UTF-8", "utf-16", "ISO-8859-1", "windows-1252", "iso-8859-15", "unicode_escape", "charmap", "utf-7"]


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=20),
    st.sampled_from(LABELS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso-8859-1", "iso-8859-15"]),
)
def test_what_is_sent_reads_as_the_bytes_do(words: str, label: str | None, encoding: str) -> None:
    element = etree.Element("xNome")
    element.text = words
    head = f"<?xml version='1.0' encoding='{label}'?>" if label else ""
    text = head + nfe(more=etree.tostring(element, encoding="unicode"))
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        return
    assume(ler(content).acao is Acao.IMPORTAR)
    assert texts_of(texto(content).encode(), "utf-8") == texts_of(content, told_by_the_bytes(content, label))


def told_by_the_bytes(content: bytes, label: str | None) -> str:
    """Return the encoding of a document, by a rule of its own."""
    if content.startswith((b"\xff\xfe", b"<\0")):
        return "utf-16" if content[:1] == b"\xff" else "utf-16le"
    try:
        content.decode()
    except UnicodeDecodeError:
        return label if label in ("ISO-8859-1", "iso-8859-15") else "windows-1252"
    return "utf-8"


def texts_of(content: bytes, encoding: str) -> list[str]:
    """Return all texts of a document as another parser reads them."""
    read: list[str] = []
    plain = content.decode(encoding).removeprefix("\ufeff").encode()
    parser = expat.ParserCreate("utf-8")
    parser.CharacterDataHandler = read.append
    parser.Parse(plain, True)
    return ["".join(read)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_two_marks_are_none_of_the_text(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?>{nfe(more="<x>ção</x>")}'
    content = f"\ufeff\ufeff{text}".encode(encoding)
    assert found(content) == ("importar", "nfe", None)
    assert texto(content) == text.replace("ISO-8859-1", "UTF-8")


def test_a_doctype_behind_two_marks_is_refused() -> None:
    content = f"\ufeff\ufeff<!DOCTYPE nfeProc [<!ENTITY a 'b'>]>{nfe(more='<x>&a;</x>')}"
    assert found(content) == ("separar", None, "doctype")


def test_a_lot_whose_coupons_take_along_megabytes_is_too_large() -> None:
    lot = f'<envCFe xmlns:a="{"x" * 1_000_000}">{"<CFe/>" * 30}</envCFe>'
    (read,) = ler_todos(lot.encode())
    assert (read.acao, read.motivo, read.parte) == (Acao.SEPARAR, "grande_demais", 0)


@pytest.mark.parametrize("label", ["us-ascii", "ASCII"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_name_of_ascii_over_other_letters_is_adapted(label: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{label}"?>{nfe(more="<x>ção</x>")}'
    assert texto(text.encode(encoding)) == text.replace(label, "UTF-8", 1)
    assert texto(text.replace("ção", "cao").encode()) == text.replace("ção", "cao")


def test_an_instruction_within_a_value_hides_nothing_of_it() -> None:
    assert found(nfe(status="100<?x?>1"))[2] == "nao_autorizado"
    assert found(nfe(amb="<?x?>2"))[2] == "ambiente_de_teste"
