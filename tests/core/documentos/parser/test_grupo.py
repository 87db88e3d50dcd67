"""An element as a group of fields: what is read of each, and what is told of those that hold something else."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from lxml import etree

from core.documentos.espacos import DSIG, NFE
from core.documentos.parser import grupo as module
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.valores import QUANTIDADE


def of(inner: str, espaco: str = "") -> Grupo:
    """Return the group of an element with these children, read in a namespace."""
    declared = f' xmlns="{espaco}"' if espaco else ""
    return Grupo(etree.fromstring(f"<g{declared}>{inner}</g>"), Contexto(espaco))


def told(group: Grupo) -> tuple[str, ...]:
    return group.contexto.avisos


class TestWhatIsTold:
    def test_each_thing_is_told_once_in_the_order_in_which_it_was_met(self) -> None:
        contexto = Contexto("")
        for said in ("b", "a", "b"):
            contexto.avisar(said)
        assert contexto.avisos == ("b", "a")

    def test_a_hostile_document_is_told_of_so_often_and_at_such_length(self) -> None:
        contexto = Contexto("")
        for number in range(100):
            contexto.avisar(f"{number} " + "x" * 1000)
        assert len(contexto.avisos) == 40
        assert {len(one) for one in contexto.avisos} == {300}


class TestChildren:
    def test_the_first_of_a_name_counts(self) -> None:
        group = of("<a>1</a><a>2</a>")
        assert (group.texto("a", 9), "a" in group, "b" in group) == ("1", True, False)

    def test_a_child_of_another_namespace_is_taken_and_told(self) -> None:
        group = of('<a xmlns="urn:x">1</a>', NFE)
        assert group.texto("a", 9) == "1"
        assert told(group) == ("a não está no namespace do documento",)
        assert list(group.nomes()) == ["a"]

    def test_one_of_the_own_namespace_goes_before_it_wherever_it_stands(self) -> None:
        group = of('<a xmlns="urn:x">1</a><a>2</a>', NFE)
        assert (group.texto("a", 9), told(group)) == ("2", ())

    def test_a_signature_is_no_stranger(self) -> None:
        group = of(f'<Signature xmlns="{DSIG}"/>', NFE)
        assert ("Signature" in group, told(group)) == (True, ())

    def test_a_namespace_that_is_none_of_the_usual_is_read_in_itself(self) -> None:
        group = of("<a>1</a>", "urn:de-uma-prefeitura")
        assert (group.texto("a", 9), told(group)) == ("1", ())

    def test_names_without_end_leave_what_is_read_as_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_MOST_NAMES", 2)
        group = of("".join(f"<a{number}>{number}</a{number}>" for number in range(9)), "urn:so-deste-teste")
        assert [group.texto(f"a{number}", 9) for number in range(9)] == [str(number) for number in range(9)]

    def test_every_child_of_a_name_is_a_group_of_its_own(self) -> None:
        group = of('<a><b>1</b></a><c/><a><b>2</b></a><a xmlns="urn:x"><b xmlns="">3</b></a>')
        assert [one.texto("b", 9) for one in group.grupos("a")] == ["1", "2", "3"]
        assert list(group.grupos("d")) == []

    def test_a_path_that_leads_nowhere_is_a_group_without_fields(self) -> None:
        group = of("<a><b><c>1</c></b></a>")
        assert group.grupo("a", "b").texto("c", 9) == "1"
        assert group.grupo() is group
        for missing in (group.grupo("x"), group.grupo("a", "x"), group.grupo("x", "b")):
            assert not missing.existe
        assert group.grupo("a").existe

    def test_the_first_child_with_fields_is_the_one_group_of_its_kind(self) -> None:
        assert of("<orig>0</orig><a/><b><c>1</c></b><d><c>2</c></d>").primeiro().texto("c", 9) == "1"
        assert not of("<orig>0</orig>").primeiro().existe

    def test_a_group_that_is_not_there_has_nothing(self) -> None:
        nothing = Contexto("").vazio
        values = (
            nothing.texto("a", 9), nothing.valor("a"), nothing.inteiro("a"), nothing.codigo("a", 9),
            nothing.instante("a"), nothing.documento(), nothing.endereco(), nothing.cep(),
        )  # fmt: skip
        assert values == (None,) * 8
        assert (nothing.atributo("Id"), nothing.netos({"{*}v": "A"}), list(nothing.grupos("a"))) == ("", {}, [])
        assert not nothing.primeiro().existe
        assert told(nothing) == ()

    def test_an_attribute_has_no_blanks_around_it(self) -> None:
        group = Grupo(etree.fromstring('<g Id=" NFe1 " vazio=" "/>'), Contexto(""))
        assert [group.atributo(name) for name in ("Id", "vazio", "outro")] == ["NFe1", "", ""]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("abc", "abc"),
        (" abc\n", "abc"),
        ("abcd", "abc"),
        ("ab d", "ab"),
        ("a\tb", "a b"),
        ("a\nb", "a b"),
        ("", None),
        (" \n", None),
        ("ção", "ção"),
    ],
)
def test_a_text_is_one_line_of_at_most_so_many_signs(text: str, read: str | None) -> None:
    assert of(f"<a>{text}</a>").texto("a", 3) == read


@pytest.mark.parametrize(
    ("text", "read", "said"),
    [
        ("10.50", Decimal("10.50"), None),
        (" 7 ", Decimal(7), None),
        ("-1.00", Decimal(-1), None),
        ("1.500", Decimal("1.50"), None),
        ("1.505", None, "a não é um valor que se guarda: '1.505'"),
        ("1,50", None, "a não é um valor que se guarda: '1,50'"),
        ("9" * 13, Decimal("9" * 13), None),
        ("9" * 14, None, "a não é um valor que se guarda"),
        ("", None, None),
        (" \n", None, None),
        ("1<b/>0", None, "a não é um valor que se guarda: há elementos nele"),
    ],
)
def test_an_amount_is_exact_or_none_and_told(text: str, read: Decimal | None, said: str | None) -> None:
    group = of(f"<a>{text}</a>")
    assert group.valor("a") == read
    assert [one.startswith(said or "-") for one in told(group)] == [True] * (said is not None)


def test_an_amount_may_be_of_another_form() -> None:
    group = of("<a>2.5001</a>")
    assert group.valor("a", QUANTIDADE) == Decimal("2.5001")
    assert group.valor("a") is None


class TestAmountsTwoStepsBelow:
    WHERE = {"{*}vICMS": "ICMS", "{*}vPIS": "PIS"}  # noqa: RUF012 - read only

    def test_whatever_stands_between(self) -> None:
        group = of("<ICMS><ICMS00><vICMS>1.00</vICMS></ICMS00></ICMS><PIS><PISAliq><vPIS>2.00</vPIS></PISAliq></PIS>")
        assert group.netos(self.WHERE) == {"vICMS": Decimal("1.00"), "vPIS": Decimal("2.00")}

    def test_the_first_of_each_counts(self) -> None:
        group = of("<ICMS><x><vICMS>1</vICMS></x><y><vICMS>2</vICMS></y></ICMS><ICMS><x><vICMS>3</vICMS></x></ICMS>")
        assert group.netos(self.WHERE) == {"vICMS": Decimal(1)}

    @pytest.mark.parametrize(
        "inner",
        [
            "<vICMS>1</vICMS>",
            "<ICMS><vICMS>1</vICMS></ICMS>",
            "<PIS><x><vICMS>1</vICMS></x></PIS>",
            "<ICMS><x><y><vICMS>1</vICMS></y></x></ICMS>",
            "<z><ICMS><x><vICMS>1</vICMS></x></ICMS></z>",
        ],
    )
    def test_what_stands_elsewhere_is_none_of_them(self, inner: str) -> None:
        assert of(inner).netos(self.WHERE) == {}

    def test_what_is_none_is_told(self) -> None:
        group = of("<ICMS><x><vICMS>muito</vICMS></x></ICMS>")
        assert group.netos(self.WHERE) == {"vICMS": None}
        assert told(group) == ("vICMS não é um valor que se guarda: 'muito'",)


@pytest.mark.parametrize(
    ("text", "read", "is_told"),
    [
        ("0", 0, False),
        (" 007 ", 7, False),
        ("99", 99, False),
        ("100", None, True),
        ("-1", None, True),
        ("1.0", None, True),
        ("٣", None, True),
        ("", None, False),
        (" ", None, False),
    ],
)
def test_a_number_has_its_bounds(text: str, read: int | None, is_told: bool) -> None:
    group = of(f"<a>{text}</a>")
    assert group.inteiro("a", 99) == read
    assert bool(told(group)) is is_told


def test_what_is_known_by_a_code_is_not_known_by_a_part_of_it() -> None:
    group = of("<a>123</a><b>1234</b><c> 123\n</c>")
    assert [group.codigo(name, 3) for name in "abc"] == ["123", None, "123"]
    assert told(group) == ("b é longo demais: '1234'",)


@pytest.mark.parametrize(
    ("inner", "day", "is_told"),
    [
        ("<a>2026-01-15T10:00:00-03:00</a><b>2026-02-01</b>", 15, False),
        ("<b>2026-02-01</b>", 1, False),
        ("<a> </a><b>2026-02-01</b>", 1, False),
        # what is there and impossible is not made up for by another
        ("<a>2026-02-30</a><b>2026-02-01</b>", None, True),
        ("<a>ontem</a>", None, True),
        ("<c>2026-02-01</c>", None, False),
    ],
)
def test_the_first_instant_that_is_there_counts(inner: str, day: int | None, is_told: bool) -> None:
    group = of(inner)
    found = group.instante("a", "b")
    assert (found and found.day) == day
    assert bool(told(group)) is is_told


def test_an_instant_without_an_offset_is_of_sao_paulo() -> None:
    found = of("<a>2026-01-15</a>").instante("a")
    assert found == datetime.fromisoformat("2026-01-15T00:00:00-03:00")
    assert found.date() == date(2026, 1, 15)


CNPJ, CPF = "11222333000181", "11144477735"


@pytest.mark.parametrize(
    ("inner", "read", "is_told"),
    [
        (f"<CNPJ>{CNPJ}</CNPJ>", CNPJ, False),
        (f"<CPF>{CPF}</CPF>", CPF, False),
        (f"<CPF>{CPF}</CPF><CNPJ>{CNPJ}</CNPJ>", CNPJ, False),
        (f"<CNPJ/><CPF>{CPF}</CPF>", CPF, False),
        ("<CNPJ> 11.222.333/0001-81 </CNPJ>", CNPJ, False),
        (f"<CNPJ>123</CNPJ><CPF>{CPF}</CPF>", None, True),
        ("<idEstrangeiro>AB1</idEstrangeiro>", None, False),
    ],
)
def test_a_party_has_a_cnpj_or_a_cpf(inner: str, read: str | None, is_told: bool) -> None:
    group = of(inner)
    assert group.documento() == read
    assert bool(told(group)) is is_told


@pytest.mark.parametrize(
    ("inner", "read"),
    [
        ("<xBairro>Centro</xBairro><nro>10</nro><xLgr>Rua A</xLgr>", "Rua A, 10, Centro"),
        ("<xLgr>Rua A</xLgr><nro> </nro><xBairro>Centro</xBairro>", "Rua A, Centro"),
        ("<xMun>Santos</xMun>", None),
        (
            "".join(f"<{name}>{'x' * 200}</{name}>" for name in ("xLgr", "nro", "xBairro")),
            f"{'x' * 120}, " * 2 + "x" * 56,
        ),
    ],
    ids=["whole", "without number", "nothing", "long"],
)
def test_an_address_is_one_line(inner: str, read: str | None) -> None:
    assert of(inner).endereco() == read


@pytest.mark.parametrize(
    ("text", "read"),
    [("01001000", "01001000"), ("01001-000", "01001000"), ("1001000", None), ("010010000", None), ("٣" * 8, None)],
)
def test_a_postal_code_has_eight_digits(text: str, read: str | None) -> None:
    assert of(f"<CEP>{text}</CEP>").cep() == read


@pytest.mark.parametrize(
    "read",
    [
        lambda one: one.texto("a", 9),
        lambda one: one.valor("a"),
        lambda one: one.inteiro("a"),
        lambda one: one.codigo("a", 9),
        lambda one: one.instante("a"),
    ],
)
@pytest.mark.parametrize("inner", ["", "<a/>", "<b>1</b>"])
def test_a_field_that_is_not_there_is_none_and_nothing_is_told(read: Callable[[Grupo], object], inner: str) -> None:
    group = of(inner)
    assert read(group) is None
    assert told(group) == ()
