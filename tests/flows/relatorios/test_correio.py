"""From imported files to the inbox: the report's numbers are those of the API, and its chart is part of the mail."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from conftest import Configure
from PIL import Image
from sqlalchemy import select
from support.api import Client, person, served
from support.avisos import quer
from support.deliveries import make_due, only
from support.ports import free_port
from support.smtp import SENDER, MailServer

from alerts import sources
from core.clock import SYSTEM, FixedClock
from core.documentos.leitor import ler_documentos
from core.formas import contagem, reais
from core.settings.core import CoreSettings
from events.delivery.drain import drain
from flows.destinos.creating import NewDestination, create
from flows.documentos.entries import Entrada
from flows.documentos.storing import store
from flows.relatorios import enviando
from flows.usuarios.finding import caller_of
from sandbox.documentos import conhecimentos, notas
from sandbox.documentos.comum import EMITENTE, Pessoa
from storage.models.destinos import Destino
from storage.models.eventos import Estado
from storage.models.limites import JUDGING_SINCE, Marca
from storage.session import reading, transaction

SAMPLES = sorted(Path(str(files("nfelib"))).rglob("samples/**/*.xml"))
YESTERDAY = FixedClock(SYSTEM.now() - timedelta(days=1))


@pytest.fixture
def server(banco: str, configure: Configure) -> Iterator[MailServer]:
    with MailServer() as running:
        where = {"email__host": running.host, "email__port": str(running.port), "email__security": "none"}
        configure(email__sender=SENDER, **where)
        yield running


@pytest.fixture
def ana(server: MailServer) -> Iterator[Client]:
    with served() as url:
        yield person(url)


def imported(*texts: bytes) -> int:
    """Store documents of ana, as if they had come yesterday; return the number of the user."""
    owner = caller_of("ana").usuario_id
    given = [Entrada(one, "a.xml", owner) for text in texts for one in ler_documentos(text)]
    with transaction() as db:
        store(db, given, YESTERDAY)
    assert owner is not None
    return owner


def mailed(server: MailServer) -> EmailMessage:
    """Let everything that is owed go out; return the report."""
    with reading() as db:
        for number in db.scalars(select(Destino.id)):
            drain(number)
    (found,) = (one.message for one in server.mails if "Resumo" in str(one.message["Subject"]))
    return found


def today() -> date:
    return YESTERDAY.now().astimezone(CoreSettings.current().zone).date() + timedelta(days=1)


def test_the_numbers_in_the_inbox_are_those_of_the_api(ana: Client, server: MailServer) -> None:
    freights = [conhecimentos.conhecimento(number).xml for number in range(1, 4)]
    owner = imported(*(path.read_bytes() for path in SAMPLES), *freights, *(notas.nota(n).xml for n in range(1, 30)))
    quer(owner, "resumo_diario")
    enviando.enviar(today())
    message = mailed(server)
    assert message["Subject"] == f"📈 Resumo Diário - {today() - timedelta(days=1):%d/%m/%Y}"

    with transaction() as db:
        # what comes on the day itself is of the next report
        store(db, [Entrada(one, "a.xml", owner) for one in ler_documentos(notas.nota(99).xml)], SYSTEM)
    of_day = {"params": {"importado_em": (today() - timedelta(days=1)).isoformat()}}
    nfe, cte = (ana.get(f"/api/{kind}/totais/", **of_day).json() for kind in ("nfe", "cte"))
    assert (nfe["total_notas"] > 30, cte["total_ctes"]) == (True, 3)
    issuers, routes = ana.get("/api/nfe/por_emitente/", **of_day).json(), ana.get("/api/cte/rotas/", **of_day).json()
    wanted = [
        f"NF-e: {contagem(nfe['total_notas'])}",
        f"Valor de NF-e: {reais(nfe['valor_total'])}",
        f"CT-e: {contagem(cte['total_ctes'])}",
        f"Valor de CT-e: {reais(cte['valor_total'])}",
        *(f"- {one['emit_nome']}; {one['total_notas']}; {reais(one['valor_total'])}" for one in issuers[:3]),
        *(
            f"- {one['municipio_inicio']}/{one['uf_inicio']} → {one['municipio_fim']}/{one['uf_fim']}; "
            f"{one['total_ctes']}; {reais(one['valor_total'])}"
            for one in routes[:3]
        ),
    ]
    text = message.get_body(("plain",))
    assert text is not None
    lines = text.get_content().splitlines()
    assert [one for one in wanted if one not in lines] == []


def test_the_chart_is_a_part_of_the_mail_with_words_for_who_cannot_see_it(ana: Client, server: MailServer) -> None:
    quer(imported(*(notas.nota(number).xml for number in range(1, 4))), "resumo_diario")
    enviando.enviar(today())
    message = mailed(server)
    html, pictures = (
        message.get_body(("html",)),
        [one for one in message.walk() if one.get_content_type() == "image/png"],
    )
    assert html is not None
    (picture,) = pictures
    shown = html.get_content()
    sources_of_pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', shown)
    assert [one for one, _ in sources_of_pictures] == [f"cid:{picture['Content-ID'].strip('<>')}"]
    assert "3 NF-e e 0 CT-e ao todo" in sources_of_pictures[0][1]
    assert Image.open(BytesIO(picture.get_content())).width > 1000
    assert "http" not in shown.replace("http-equiv", "")


def test_an_alert_of_a_stalled_flow_reaches_the_operator_s_inbox(server: MailServer) -> None:
    new = NewDestination("email", "plantão", "plantao@exemplo.com.br", ["alerta_aberto", "alerta_resolvido"])
    number, now = create(new).destino.id, datetime.now(UTC)
    with transaction() as db:
        db.add(Marca(nome=JUDGING_SINCE, instante=now - timedelta(hours=1)))
    sources.judge_all(now, {"agenda.avancar": 60.0})
    drain(number)
    (mail,) = server.mails
    assert mail.message["Subject"] == "🚨 Alerta: agenda.avancar"
    assert mail.recipient == "plantao@exemplo.com.br"
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert "não roda bem há 1 hora" in body.get_content()


# As it stands in the XML; SEFAZ authorised it, and whoever imports it did not choose it.
HOSTILE = (
    "&lt;script&gt;alert(1)&lt;/script&gt;&#13;&#10;Bcc: todos@exemplo.com.br&#10;&#10;&#x202E;Padaria{{7*7}}"
    + "A" * 100
)


@pytest.mark.usefixtures("ana")
def test_what_an_issuer_calls_itself_is_text_and_no_line_of_the_mail(server: MailServer) -> None:
    owner = caller_of("ana").usuario_id
    assert owner is not None
    quer(owner, "nfe_importada", "resumo_diario")
    imported(notas.nota(1, emitente=Pessoa(EMITENTE.documento, HOSTILE)).xml)
    enviando.enviar(today())
    mailed(server)
    assert {str(mail.message["Subject"])[:2] for mail in server.mails} == {"✅ ", "📈 "}
    for mail in server.mails:
        assert mail.recipient == "ana@exemplo.com.br"
        assert mail.message["Bcc"] is None
        html, text = (mail.message.get_body((kind,)) for kind in ("html", "plain"))
        assert html is not None
        assert text is not None
        assert "&lt;script&gt;alert(1)&lt;/script&gt; Bcc: todos" in html.get_content()
        assert "<script" not in html.get_content()
        assert "Padaria{{7*7}}" in text.get_content()
        assert "\u202e" not in html.get_content() + text.get_content()
        assert not any(line.startswith("Bcc:") for line in text.get_content().splitlines())


@pytest.mark.usefixtures("ana")
def test_a_mail_server_that_is_down_fails_no_import_and_the_mail_comes_later(
    server: MailServer, configure: Configure
) -> None:
    owner = caller_of("ana").usuario_id
    assert owner is not None
    quer(owner, "nfe_importada")
    configure(email__port=str(free_port()))
    imported(notas.nota(1).xml)
    with reading() as db:
        number = db.scalars(select(Destino.id)).one()
    drain(number)
    assert (only().estado, server.mails) == (Estado.PENDENTE, [])
    configure(email__port=str(server.port))
    make_due()
    drain(number)
    assert (only().estado, len(server.mails)) == (Estado.ENTREGUE, 1)
