import io
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.main import main
from flows.sat.anonymous import report
from flows.sat.evaluate import avaliar_linha
from sandbox.sat_wire import CNPJ, NSERIE, pending, refusal_line, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
AGORA = "2026-03-10T12:00:00"


def judged(capsys: pytest.CaptureFixture[str], linha: str, *words: str) -> Any:
    assert main(["sat", "avaliar", "--linha", linha, "--agora", AGORA, "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def active(found: Any) -> set[str]:
    return {one["codigo"] for one in found["alertas"] if one["ativo"]}


def test_a_healthy_answer_has_every_condition_and_none_active(capsys: pytest.CaptureFixture[str]) -> None:
    found = judged(capsys, status_line(agora=NOON))
    assert (found["resultado"], found["codigo"], active(found)) == ("ok", "10000", set())
    assert len(found["alertas"]) == 11
    assert all(list(one) == ["codigo", "ativo", "severidade", "mensagem", "valores"] for one in found["alertas"])
    assert "inalcancavel" not in {one["codigo"] for one in found["alertas"]}


def test_the_figures_of_a_box_in_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    fields: dict[str, Any] = pending(3) | {
        "CERT_VENCIMENTO": "20260309",
        "DH_ATUAL": "20260310100000",
        "DH_ULTIMA": "20260301100000",
        "ESTADO_OPERACAO": "3",
        "MT_TOTAL": "100",
        "MT_USADA": "95",
        "TIPO_LAN": "static\n",
    }
    found = judged(capsys, status_line(agora=NOON, **fields), "--serie", "1")
    values = {one["codigo"]: one["valores"] for one in found["alertas"]}
    assert values["pendentes"] == {"quantidade": 3, "minimo": False}
    assert values["certificado"] == {"dias": -1}
    assert values["relogio"] == {"segundos": 7200}
    assert values["bloqueado"] == {"estado": 3}
    assert values["memoria"] == {"razao": 0.95}
    assert values["silencio_sefaz"] == {"segundos": 9 * 86_400}
    assert {"serie", "certificado", "memoria", "silencio_sefaz"} <= active(found)


@pytest.mark.parametrize(
    ("linha", "resultado", "codigo"),
    [
        (refusal_line("10001"), "recusado", "10001"),
        (refusal_line("10098"), "recusado", "10098"),
        (refusal_line("10099") + "|", "recusado", "10099"),
        (refusal_line("08000"), "invalido", "08000"),
        ("", "invalido", ""),
        ("<html>", "invalido", ""),
        ("1|2|3|4|5", "invalido", ""),
        (status_line() + "|x|y", "invalido", "10000"),
    ],
)
def test_what_is_no_answer_has_no_alerts(
    capsys: pytest.CaptureFixture[str], linha: str, resultado: str, codigo: str
) -> None:
    assert judged(capsys, linha) == {"resultado": resultado, "codigo": codigo, "alertas": []}


@pytest.mark.parametrize(("zone", "seconds"), [("America/Sao_Paulo", 0), ("America/Manaus", 3600), ("UTC", -10800)])
def test_a_time_without_offset_is_the_shop_s(capsys: pytest.CaptureFixture[str], zone: str, seconds: int) -> None:
    line = status_line(agora=NOON, zona="America/Sao_Paulo")
    assert main(["sat", "avaliar", "--linha", line, "--agora", "2026-03-10T15:00:00Z", "--fuso", zone, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (clock,) = [one for one in found["alertas"] if one["codigo"] == "relogio"]
    assert clock["valores"] == {"segundos": -seconds}


@pytest.mark.parametrize(
    ("option", "value"), [("--agora", "ontem"), ("--agora", "9999-12-31T23:59:59-23:00"), ("--fuso", "Marte")]
)
def test_a_wrong_option_is_told(capsys: pytest.CaptureFixture[str], option: str, value: str) -> None:
    assert main(["sat", "avaliar", "--linha", "x", option, value]) == 2
    assert "Traceback" not in (said := capsys.readouterr().err)
    assert len(said.strip().splitlines()) == 1


def test_a_line_may_come_from_stdin_in_latin_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = status_line(agora=NOON, STATUS_LAN="NÃO CONECTADO").encode("latin-1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert active(judged(capsys, "-")) == {"rede"}


def test_the_report_goes_to_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    saida = tmp_path / "relatorio.md"
    line = status_line(agora=NOON, **pending(3))
    assert main(["sat", "avaliar", "--linha", line, "--relatorio", "--saida", str(saida)]) == 0
    text = saida.read_text()
    assert CNPJ not in text
    assert NSERIE not in text
    assert "LISTA_FINAL menos LISTA_INICIAL: 2 documentos" in text


@given(
    st.text(st.characters(codec="utf-8"), max_size=10),
    st.sampled_from(
        ["NSERIE", "LAN_IP", "LAN_MAC", "ULTIMO_CF_E_SAT", "mensagem", "mensagemSEFAZ", "MT_TOTAL", "VER_SB"]
    ),
    st.integers(10**13, 10**14 - 1),
    st.booleans(),
)
def test_no_number_of_a_shop_survives_in_the_report(words: str, field: str, number: int, broken: bool) -> None:
    secret = str(number)
    line = status_line(agora=NOON, **{field: words.replace("|", "") + secret})
    line = line + "|a|b" if broken else line
    text = report(line, avaliar_linha(line, AGORA))
    assert secret not in re.sub(r"[^0-9A-Za-z]", "", text)


def test_the_issue_form_asks_for_the_report() -> None:
    import yaml

    form = yaml.safe_load((Path(__file__).parents[2] / ".github/ISSUE_TEMPLATE/equipamento_estranho.yml").read_text())
    assert {"name", "description", "body"} <= set(form)
    assert all(item["type"] in {"markdown", "input", "textarea", "dropdown", "checkboxes"} for item in form["body"])
    assert "sat avaliar --relatorio" in json.dumps(form, ensure_ascii=False)


def test_no_command_of_a_terminal_reaches_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sat", "avaliar", "--linha", refusal_line("10050", "\x1b[31mvermelho\x07")]) == 0
    said = capsys.readouterr().out
    assert "vermelho" in said
    assert "\x1b" not in said
    assert "\x07" not in said


def test_a_file_without_a_report_is_a_mistake(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["sat", "avaliar", "--linha", status_line(), "--saida", str(tmp_path / "x.md")]) == 2
    assert "--relatorio" in capsys.readouterr().err


def test_a_report_names_nobody_in_words_either() -> None:
    linha = status_line(mensagem="João da Silva LTDA", mensagemSEFAZ="padaria do ze", TIPO_LAN="SENHA=abc")
    said = report(linha, avaliar_linha(linha))
    assert [word for word in ("João", "Silva", "padaria", "abc") if word in said] == []
    assert "CONECTADO" in said
