"""The CRM and the service desk of the demonstration: the settings lead to them, and both know what is typed."""

import pytest
import requests

from core.fiscal import cnpj_valido
from core.settings.milvus import MilvusSettings
from core.settings.ploomes import PloomesSettings
from core.settings.sync import FLOWS, SyncSettings
from sandbox.crm import CrmServer
from sandbox.demo.central import CONTA, OWN_CNPJ, OWN_TOKEN, PART, TAGS
from sandbox.demo.part import Stage
from sandbox.milvus import MilvusServer

STAGE = Stage("/nenhuma", {PART.name: [8001, 8002]}, "semente")


def test_its_settings_are_good_and_bring_the_pair_together() -> None:
    found = PART.settings(STAGE)
    ploomes = PloomesSettings.model_validate(found["ploomes"]).conta(CONTA)
    milvus = MilvusSettings.model_validate(found["milvus"]).conta(CONTA)
    pair = SyncSettings.model_validate(found["sync"]).conta(CONTA)
    assert (ploomes.base_url, milvus.base_url) == ("http://127.0.0.1:8001", "http://127.0.0.1:8002")
    assert (pair.ploomes, pair.milvus) == (CONTA, CONTA)
    assert [pair.minutes(flow) for flow in FLOWS] == [1] * len(FLOWS)


def test_its_servers_let_in_who_has_the_keys_of_the_settings() -> None:
    crm, desk = PART.servers(STAGE)
    tables = PART.settings(STAGE)
    key, token = tables["ploomes"]["contas"][CONTA]["user_key"], tables["milvus"]["contas"][CONTA]["token"]
    assert key != token
    with crm, desk:
        for url, headers in (
            (f"{crm.url}/Account", {"User-Key": key}),
            (f"{desk.url}/api/cliente/busca", {"Authorization": token}),
        ):
            assert requests.get(url, headers=headers, timeout=60).status_code == 200
            assert requests.get(url, headers=dict.fromkeys(headers, "outra"), timeout=60).status_code == 401


def test_the_desk_was_used_before_and_knows_the_categories_of_the_tags() -> None:
    crm, desk = PART.servers(STAGE)
    assert isinstance(desk, MilvusServer)
    assert isinstance(crm, CrmServer)
    (own,) = desk.clientes
    assert (own["token"], own["cnpj_cpf"], cnpj_valido(OWN_CNPJ)) == (OWN_TOKEN, OWN_CNPJ, True)
    assert {one["status"] for one in desk.chamados} == {"Finalizado"}
    assert [one["categoria_primaria"] for one in desk.chamados] == [category for _, _, category in TAGS]
    assert {number: row["Name"] for number, row in crm.rows["Tags"].items()} == {one: label for one, label, _ in TAGS}


def test_alerts_go_to_the_client_that_the_desk_has() -> None:
    first, second = PART.commands(STAGE)
    given = dict(zip(first.words[2::2], first.words[3::2], strict=False))
    assert (given["--tipo"], given["--url"], given["--opcao"]) == (
        "milvus_chamado",
        "http://127.0.0.1:8002",
        f"cliente={OWN_TOKEN}",
    )
    assert first.stdin == STAGE.text_secret("milvus") + "\n"
    assert second.words == ("sync", "rodar", "--conta", CONTA, "--fila")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0 clientes e 0 chamados no Milvus, 0 contatos no Ploomes"),
        (1, "1 cliente e 1 chamado no Milvus, 1 contato no Ploomes"),
        (2, "2 clientes e 2 chamados no Milvus, 2 contatos no Ploomes"),
    ],
)
def test_it_tells_what_both_have(amount: int, said: str) -> None:
    crm, desk = PART.servers(STAGE)
    states = [crm.estado() | {"contatos": amount}, desk.estado() | {"clientes": amount, "chamados": amount}]
    assert PART.told(states) == said
