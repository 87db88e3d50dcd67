"""The page over HTTP: who sees what, what buttons do, and that no name does anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import func, select
from support.api import served
from support.deliveries import SECRET, deliveries, destination, webhook
from support.painel import HOSTILE, SETTINGS, fill
from support.visiting import Visitor, visitor

from api.painel.panel import panels
from sandbox.receiver import ReceiverServer
from storage.models.alertas import Alerta
from storage.models.eventos import Estado
from storage.session import reading

OPERATORS = set(panels()) - {"destinos", "documentos", "sefaz"}


@pytest.fixture
def url(banco: str, configure: Configure) -> Iterator[str]:
    """Where the page is, over each database."""
    configure(core__database_url=banco, **SETTINGS)
    with served() as address:
        yield address


@pytest.fixture
def light(sqlite: str, configure: Configure) -> Iterator[str]:
    """Where the page is, for what no database has a part in."""
    configure(core__database_url=sqlite, **SETTINGS)
    with served() as address:
        yield address


def cards(text: str) -> set[str]:
    return {name for name in panels() if f'<section id="{name}"' in text}


def test_an_operator_sees_the_whole_line_and_a_user_what_is_the_users(url: str, tmp_path: Path) -> None:
    rita, ana, bia = visitor(url, "rita", staff=True), visitor(url), visitor(url, "bia")
    number = fill("ana", "Loja Centro", tmp_path / "lote")
    whole, own, others = (one.get("/painel/").text for one in (rita, ana, bia))
    assert (cards(whole), cards(own)) == (set(panels()), set(panels()) - OPERATORS)
    assert "sem leitura agora" not in whole
    assert all("Loja Centro" in text for text in (whole, own))
    assert "Loja Centro" not in others
    assert "Ainda não há nada por aqui" in others
    assert rita.get("/painel").status_code == 200
    assert ['<a href="http://127.0.0.1:5555/">Flower</a>' in text for text in (whole, own)] == [True, False]
    assert "Últimas tentativas" in ana.get(f"/painel/webhooks/{number}/").text
    assert "Últimas tentativas" in rita.get(f"/painel/webhooks/{number}/").text
    hidden = bia.get(f"/painel/webhooks/{number}/")
    assert (hidden.status_code, "Loja Centro" in hidden.text) == (404, False)
    assert "Voltar ao painel" in hidden.text


def test_an_empty_line_says_what_to_do_next(url: str) -> None:
    text = visitor(url, "rita", staff=True).get("/painel/").text
    assert cards(text) == set(panels())
    assert text.count('class="vazio"') >= 6
    assert "sem leitura agora" not in text
    assert "esteira destinos criar" in text
    assert "esteira " not in visitor(url).get("/painel/").text, "a user has no command line"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_does_anything(light: str, tmp_path: Path, name: str) -> None:
    rita = visitor(light, "rita", staff=True)
    number = fill("rita", name, tmp_path / "lote")
    for path in ("/painel/", f"/painel/webhooks/{number}/"):
        text = rita.get(path).text
        assert "sem leitura agora" not in text
        assert "<img src=x" not in text
        assert "<script>" not in text
        assert "tomado</script>" not in text
        assert "49{%" not in text
        assert "\u202e" not in text.split("<pre")[0]
        assert 'style="' not in text
        assert "onerror" not in text.replace("onerror=alert(1)&gt;", "")


def test_a_button_does_what_it_says_and_the_page_tells_so_once(light: str, tmp_path: Path) -> None:
    rita = visitor(light, "rita", staff=True)
    fill("rita", "Loja", tmp_path / "lote")
    with reading() as db:
        alert = db.execute(select(Alerta.id).order_by(Alerta.id)).first()
    assert alert is not None
    answer = rita.send("/painel/fazer/alertas/reconhecer", alvo=str(alert[0]), volta="/painel/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/painel/")
    text = rita.get("/painel/").text
    assert "Alerta de Loja reconhecido" in text
    assert "· reconhecido" in text
    assert "Alerta de Loja reconhecido" not in rita.get("/painel/").text


def test_what_a_button_did_is_told_and_seen_whichever_process_draws_the_next_page(light: str, tmp_path: Path) -> None:
    rita = visitor(light, "rita", staff=True)
    fill("rita", "Loja", tmp_path / "lote")
    with served() as other, reading() as db:
        rita.url = other
        assert "· reconhecido" not in rita.get("/painel/").text
        rita.url = light
        rita.send("/painel/fazer/alertas/reconhecer", alvo=str(db.scalar(select(func.min(Alerta.id)))))
        rita.url = other
        text = rita.get("/painel/").text
        assert "Alerta de Loja reconhecido" in text
        assert "· reconhecido" in text
    rita.url = light
    assert "Alerta de Loja reconhecido" not in rita.get("/painel/").text


def test_a_user_pauses_and_resumes_and_sends_again_what_is_the_users_alone(light: str, tmp_path: Path) -> None:
    ana, bia = visitor(light), visitor(light, "bia")
    number = fill("ana", "Loja", tmp_path / "lote")
    tried = next(one.id for one in deliveries(number) if one.estado == Estado.ESGOTADO)
    for who, paused, again in ((bia, False, Estado.ESGOTADO), (ana, True, Estado.ESGOTADO)):
        who.send("/painel/fazer/destinos/pausar", alvo=str(number))
        who.send("/painel/fazer/destinos/reenviar", alvo=str(tried))
        assert (destination(number).pausado_em is not None) is paused
        assert next(one.estado for one in deliveries(number) if one.id == tried) == again
    assert "não está ligado" in ana.get("/painel/").text
    ana.send("/painel/fazer/destinos/retomar", alvo=str(number))
    ana.send("/painel/fazer/destinos/reenviar", alvo=str(tried), volta=f"/painel/webhooks/{number}/")
    assert "volta à fila" in ana.get(f"/painel/webhooks/{number}/").text
    assert next(one.estado for one in deliveries(number) if one.id == tried) == Estado.PENDENTE


def test_what_is_no_action_of_the_caller_is_refused_in_a_sentence(light: str, tmp_path: Path) -> None:
    ana = visitor(light)
    fill("ana", "Loja", tmp_path / "lote")
    asked = [("alertas/reconhecer", "1"), ("questor/pausar", "1"), ("sync/descartar", "1@padrao"), ("nada/nada", "1")]
    asked += [("destinos/pausar", ""), ("destinos/pausar", "9" * 30), ("destinos/reenviar", "x" * 5_000)]
    asked += [("destinos/reenviar", "\u0663"), ("destinos/testar", "<script>"), ("destinos/nada", "1")]
    for path, alvo in asked:
        answer = ana.send(f"/painel/fazer/{path}", alvo=alvo, volta="https://outro.example/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/painel/"), path
        assert '<p class="dito falha"' in ana.get("/painel/").text, (path, alvo)
    assert ana.ask("POST", "/painel/fazer/destinos/pausar", data={"alvo": "1"}).status_code == 403
    assert ana.get("/painel/fazer/destinos/pausar").status_code == 405
    for path in ("/painel/webhooks/999/", "/painel/webhooks/" + "9" * 40 + "/", "/painel/webhooks/x/", "/painel/nada"):
        assert ana.get(path).status_code == 404


def test_lots_and_parked_items_are_moved_from_the_page(light: str, tmp_path: Path) -> None:
    rita = visitor(light, "rita", staff=True)
    fill("rita", "Loja", tmp_path / "lote")
    for path, alvo, said in (
        ("questor/pausar", "1", "Lote Loja em pausa."),
        ("questor/retomar", "1", "Lote Loja retomado."),
        ("questor/repetir", "1", "0 recusados voltam"),
        ("questor/pausar", "77", "Não há o lote"),
        ("sync/repetir", "1@padrao", "volta na próxima rodada"),
        ("sync/descartar", "77@padrao", "Não há pendência"),
        ("sync/repetir", "1", "Não há pendência"),
    ):
        rita.send(f"/painel/fazer/{path}", alvo=alvo)
        assert said in rita.get("/painel/").text, path


def test_a_test_from_the_page_is_sent_at_once(light: str) -> None:
    rita = visitor(light, "rita", staff=True)
    with ReceiverServer({"/x": SECRET}) as receiver:
        number = webhook(f"{receiver.url}/x", nome="ERP")
        rita.send("/painel/fazer/destinos/testar", alvo=str(number))
        assert "ERP recebeu o teste em" in rita.get("/painel/").text
    rita.send("/painel/fazer/destinos/testar", alvo=str(number))
    assert "ERP não recebeu o teste" in rita.get("/painel/").text


def test_the_stream_shows_a_caller_the_callers_cards_alone(light: str, tmp_path: Path) -> None:
    ana = visitor(light)
    fill("ana", "Loja", tmp_path / "lote")
    with ana.session.get(f"{light}/painel/ao-vivo", stream=True, timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.iter_lines(chunk_size=1)
        seen = []
        for line in lines:
            seen.append(line.decode())
            if line.startswith(b"event: frase"):
                break
    assert sum(line == "event: cartao" for line in seen) == 3
    assert not any("titulo-alertas" in line for line in seen)
    assert not any(ana.csrf in line for line in seen), "what many see has no word of one session"
    assert Visitor(light).get("/painel/ao-vivo", headers={"sec-fetch-dest": "empty"}).status_code == 401
