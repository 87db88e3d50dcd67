"""The extension point: guests of either registry run unchanged, and one that fails hides no other."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import satcfe.alertas
from satcfe.resposta import RespostaConsultarStatusOperacional

import alerts
from alerts.sat import registry
from connectors.sat.status import parse
from sandbox.sat_wire import pending, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
CONTEXTO = alerts.Contexto(NOON, ZoneInfo("America/Sao_Paulo"))
SATCFES = ["certificado", "pendentes", "relogio"]
OURS = sorted(
    [*SATCFES, "aviso_sefaz", "apos_fim_sat", "bateria", "bloqueado", "memoria", "rede", "serie", "silencio_sefaz"]
)


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    """Put both registries back as they were, all of ours loaded."""
    registry.load()
    theirs = satcfe.alertas.AlertaOperacao.alertas_registrados
    kept = list(registry._registered), list(theirs)
    yield
    registry._registered[:], theirs[:] = kept


class Cliente:
    """What satcfe's clients have, counting the queries."""

    def __init__(self, **fields: Any) -> None:
        self.line = status_line(agora=NOON, **fields)
        self.queries = 0

    def consultar_status_operacional(self) -> Any:
        self.queries += 1
        return RespostaConsultarStatusOperacional.analisar(self.line)


class GuestOfSatcfe(satcfe.alertas.AlertaOperacao):  # type: ignore[misc]
    """As one writes it for satcfe: its base, its two methods, nothing of ours."""

    def checar(self) -> bool:
        self._ativo = self.resposta.VER_LAYOUT == "9.99"
        return bool(self._ativo)

    def mensagem(self) -> str:
        return f"Bateria: {self.resposta.VER_LAYOUT}"


class GuestOfOurs(alerts.AlertaOperacao):
    """The same, against this package."""

    checar = GuestOfSatcfe.checar
    mensagem = GuestOfSatcfe.mensagem


GUESTS = [GuestOfSatcfe, GuestOfOurs]
REGISTRIES = [satcfe.alertas.registrar, alerts.registrar]


def judge(*guests: type[Any], **fields: Any) -> dict[str, alerts.Avaliacao]:
    """Return what our registry says with these guests, by code."""
    for guest in guests:
        alerts.registrar(guest)
    judged = alerts.avaliar(parse(status_line(agora=NOON, **fields)), CONTEXTO)
    return {one.codigo: one for one in judged}


def active(**methods: Any) -> type[Any]:
    """Make a guest that is always active, with some members replaced."""
    usual = {"checar": lambda self: True, "mensagem": lambda self: "Oi.", "__module__": __name__}
    return type("Convidado", (satcfe.alertas.AlertaOperacao,), usual | methods)


def raising(error: BaseException) -> Any:
    def fail(*_: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize("guest", GUESTS)
@pytest.mark.parametrize("registrar", REGISTRIES, ids=["satcfe", "alerts"])
def test_a_guest_runs_unchanged_whichever_base_and_registry_it_knows(guest: type[Any], registrar: Any) -> None:
    registrar(guest)
    assert alerts.checar(Cliente(), CONTEXTO) == []
    (found,) = alerts.checar(Cliente(VER_LAYOUT="9.99"), CONTEXTO)
    assert type(found) is guest
    assert isinstance(found, satcfe.alertas.AlertaOperacao)
    assert (found.ativo, found.mensagem()) == (True, "Bateria: 9.99")


@pytest.mark.parametrize("guest", GUESTS)
def test_a_guest_without_code_has_the_name_of_its_class_and_warns(guest: type[Any]) -> None:
    found = judge(guest, VER_LAYOUT="9.99")[guest.__name__]
    assert (found.severidade, found.ativo, found.valores, found.erro) == ("aviso", True, {}, None)
    assert found.mensagem == "Bateria: 9.99"


def test_a_guest_may_say_its_code_severity_and_figures() -> None:
    guest = active(codigo="bateria", severidade="critico", valores={"nivel": 3, ("a", 1): None})
    found = judge(guest)["bateria"]
    assert (found.severidade, found.valores) == ("critico", {"nivel": 3, "('a', 1)": None})
    assert json.dumps(found.valores)


@pytest.mark.parametrize("parent", [satcfe.alertas.AlertaOperacao, alerts.AlertaOperacao])
@pytest.mark.parametrize("calls_its_base", [True, False])
def test_a_guest_may_have_its_own_beginning(parent: type[Any], calls_its_base: bool) -> None:
    class Custom(parent):  # type: ignore[misc]
        def __init__(self, resposta: Any) -> None:
            if calls_its_base:
                super().__init__(resposta)
            self.resposta, self.limite = resposta, "0.08"

        def checar(self) -> bool:
            return bool(self.limite == self.resposta.VER_LAYOUT)

        def mensagem(self) -> str:
            return f"Bateria {self.limite}"

    assert judge(Custom)["Custom"].mensagem == "Bateria 0.08"


def test_a_guest_of_ours_is_told_the_shop_s_clock() -> None:
    class Horario(alerts.AlertaOperacao):
        def checar(self) -> bool:
            return True

        def mensagem(self) -> str:
            return f"{self.contexto.na_loja:%H:%M}"

    assert judge(Horario)["Horario"].mensagem == "12:00"


@pytest.mark.parametrize(
    ("members", "codigo", "severidade"),
    [
        ({"valores": lambda self: 1, "severidade": lambda self: 1, "codigo": property(lambda self: 1)}, None, "aviso"),
        ({"valores": [1, 2], "severidade": 3, "codigo": 7}, None, "aviso"),
        ({"valores": None, "severidade": None, "codigo": None}, None, "aviso"),
        ({"severidade": " ", "codigo": " "}, None, "aviso"),
        ({"contexto": property(lambda self: "do convidado")}, None, "aviso"),
        ({"codigo": "c" * 500, "severidade": "s" * 500}, "c" * 100, "s" * 20),
        ({"codigo": "a\0b\ud800", "severidade": "\0"}, "a\ufffdb?", "\ufffd"),
    ],
)
def test_a_guest_s_own_members_of_these_names_do_no_harm(
    members: dict[str, Any], codigo: str | None, severidade: str
) -> None:
    found = judge(active(**members))[codigo or "Convidado"]
    assert (found.severidade, found.ativo, found.erro, found.mensagem) == (severidade, True, None, "Oi.")


def test_what_no_database_can_hold_is_replaced_in_a_message() -> None:
    found = judge(active(mensagem=lambda self: "a\0b \ud800"))["Convidado"]
    assert found.mensagem == "a\ufffdb ?"


@pytest.mark.parametrize("member", ["__init__", "checar", "mensagem"])
@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3), RecursionError(), NotImplementedError()], ids=repr)
def test_a_guest_that_fails_hides_no_other(member: str, error: BaseException) -> None:
    broken = type("Quebrado", (active(),), {member: raising(error)})
    found = judge(broken, active(), DH_ATUAL="20200101000000")
    assert (found["Quebrado"].ativo, found["Quebrado"].alerta) == (False, None)
    assert (found["Quebrado"].erro or "").startswith(type(error).__name__)
    assert (found["Convidado"].ativo, found["relogio"].ativo, found["pendentes"].ativo) == (True, True, False)


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=repr)
def test_a_code_that_fails_hides_no_other_and_the_class_name_takes_its_place(error: BaseException) -> None:
    class Failing:
        __get__ = raising(error)

    found = judge(active(codigo=Failing()), DH_ATUAL="20200101000000")
    assert (found["Convidado"].ativo, found["relogio"].ativo) == (True, True)


@pytest.mark.parametrize("guest", [active(checar=None), active(mensagem=raising(KeyError("NSERIE")))])
def test_checar_leaves_out_what_failed(guest: type[Any]) -> None:
    alerts.registrar(guest)
    alerts.registrar(GuestOfSatcfe)
    found = alerts.checar(Cliente(VER_LAYOUT="9.99"), CONTEXTO)
    assert [type(one) for one in found] == [GuestOfSatcfe]


def test_the_reason_of_a_failure_is_short_and_shows_no_secret() -> None:
    told = judge(active(checar=raising(ValueError("senha=abc123 \0\ud800 " + "x " * 500))))["Convidado"].erro or ""
    assert told.startswith("ValueError: senha=*** ")
    assert len(told) == 300
    assert "\0" not in told
    told.encode()


def test_an_exception_that_cannot_be_told_is_told_by_its_name() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert judge(active(checar=raising(Mute())))["Convidado"].erro == "Mute"


def test_the_person_at_the_keyboard_still_stops_everything() -> None:
    with pytest.raises(KeyboardInterrupt):
        judge(active(checar=raising(KeyboardInterrupt())))


@pytest.mark.parametrize("first", REGISTRIES)
@pytest.mark.parametrize("second", REGISTRIES)
def test_a_class_given_twice_counts_once(first: Any, second: Any) -> None:
    first(GuestOfSatcfe)
    second(GuestOfSatcfe)
    assert len(alerts.checar(Cliente(VER_LAYOUT="9.99"), CONTEXTO)) == 1


def test_registrar_is_a_decorator_too() -> None:
    decorated = alerts.registrar(GuestOfOurs)
    assert decorated is GuestOfOurs
    assert [one.codigo for one in judge().values()] == [*OURS, "GuestOfOurs"]


def test_ours_come_first_then_guests_in_the_order_they_came() -> None:
    satcfe.alertas.registrar(GuestOfSatcfe)
    assert list(judge(GuestOfOurs)) == [*OURS, "GuestOfOurs", "GuestOfSatcfe"]


def test_the_order_of_ours_is_that_of_their_room_whichever_was_imported_first() -> None:
    registry._registered.reverse()
    registry.load.cache_clear()
    assert list(judge(GuestOfOurs)) == [*OURS, "GuestOfOurs"]


def test_who_judges_while_another_thread_puts_them_in_order_misses_none() -> None:
    there: list[int] = []

    class Watching(type):
        @property
        def __module__(cls) -> str:  # type: ignore[override]
            there.append(len(registry._registered))
            return "fora"

    registry._registered.append(Watching("Convidado", (), {}))
    amount = len(registry._registered)
    registry.load.cache_clear()
    registry.load()
    assert set(there) == {amount}


def test_satcfe_s_own_three_never_run_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ("AlertaCFePendentes", "AlertaVencimentoCertificado", "AlertaDivergenciaHorarios")
    for name in own:
        theirs = getattr(satcfe.alertas, name)
        monkeypatch.setattr(theirs, "checar", raising(AssertionError(name)))
        satcfe.alertas.registrar(theirs)
        alerts.registrar(theirs)
        assert getattr(alerts, name) is not theirs
    assert list(judge()) == OURS
    found = alerts.checar(Cliente(**pending(3), CERT_VENCIMENTO="20260101", DH_ATUAL="20200101000000"), CONTEXTO)
    assert [type(one).__module__ for one in found] == [f"alerts.sat.{name}" for name in SATCFES]


def test_a_subclass_of_one_of_satcfe_s_three_is_a_guest_like_any_other() -> None:
    class Curto(satcfe.alertas.AlertaVencimentoCertificado):  # type: ignore[misc]
        vencimento_em_dias = 10_000

    assert judge(Curto)["Curto"].ativo is True


@pytest.mark.parametrize("guests", [0, 5])
def test_one_query_serves_every_condition(guests: int) -> None:
    for number in range(guests):
        alerts.registrar(type(f"Convidado{number}", (GuestOfOurs,), {}))
    cliente = Cliente(VER_LAYOUT="9.99")
    assert len(alerts.checar(cliente, CONTEXTO)) == guests
    assert cliente.queries == 1


def test_a_query_that_fails_is_the_caller_s_to_know() -> None:
    class Broken:
        consultar_status_operacional = raising(ConnectionError("fora"))

    with pytest.raises(ConnectionError):
        alerts.checar(Broken())


def test_two_guests_of_one_code_do_not_open_and_close_in_turns() -> None:
    def quiet(self: Any) -> bool:
        return False

    for order in ([active(), active(checar=quiet)], [active(checar=quiet), active()]):
        registry._registered[:] = order
        assert [one.ativo for one in alerts.avaliar(None, CONTEXTO)] == [True]
    registry._registered[:] = [active(checar=quiet), active(checar=raising(ValueError()))]
    assert [one.erro for one in alerts.avaliar(None, CONTEXTO)] == ["ValueError: "]


def test_a_guest_may_register_another_while_it_is_judged() -> None:
    found = judge(active(checar=lambda self: alerts.registrar(GuestOfOurs) is None))
    assert found["Convidado"].ativo is False
    assert "GuestOfOurs" in judge()


MEMBERS = [
    (alerts.AlertaCFePendentes, {"pendentes": 0, "minimo": False}),
    (alerts.AlertaVencimentoCertificado, {"vencido": False, "dias_para_vencimento": 0, "vencimento_em_dias": 60}),
    (alerts.AlertaDivergenciaHorarios, {"divergencia": 0, "tolerancia_em_segundos": 3600}),
]


@pytest.mark.parametrize(("condition", "members"), MEMBERS)
def test_ours_have_satcfe_s_members_and_they_answer_before_checar(
    condition: type[Any], members: dict[str, object]
) -> None:
    theirs = getattr(satcfe.alertas, condition.__name__)
    assert {name for name in vars(theirs) if not name.startswith("_")} <= set(dir(condition))
    for resposta in (parse(status_line(agora=NOON)), None):
        one = condition(resposta)
        assert {name: getattr(one, name) for name in members} == members
        assert one.ativo is False
        assert one.mensagem().endswith(".")


def test_a_satcfe_answer_and_ours_are_judged_alike() -> None:
    fields: dict[str, Any] = pending(3) | {"CERT_VENCIMENTO": "20260401", "DH_ATUAL": "20260310100000"}
    line = status_line(agora=NOON, **fields)
    ours = alerts.avaliar(parse(line), CONTEXTO)
    theirs = alerts.avaliar(RespostaConsultarStatusOperacional.analisar(line), CONTEXTO)
    assert [(one.codigo, one.mensagem, one.valores) for one in ours] == [
        (one.codigo, one.mensagem, one.valores) for one in theirs
    ]
    assert {one.codigo for one in ours if one.ativo} == set(SATCFES)


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=repr)
def test_a_guest_without_words_for_its_end_ends_all_the_same(error: BaseException) -> None:
    class Mudo(alerts.AlertaOperacao):
        resolvido = raising(error)

        def checar(self) -> bool:
            return False

        def mensagem(self) -> str:
            return "Oi."

    alerts.registrar(Mudo)
    contexto = alerts.Contexto(NOON, abertos={"Mudo": NOON})
    found = {one.codigo: one for one in alerts.avaliar(parse(status_line(agora=NOON)), contexto)}["Mudo"]
    assert (found.ativo, found.erro, found.resolvido) == (False, None, "")
