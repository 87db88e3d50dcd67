"""How a user wants SEFAZ to be consulted, over HTTP."""

from support.api import Client, person

PATH = "/api/configuracao/"


def test_it_begins_with_the_defaults_and_keeps_what_is_said(ana: Client) -> None:
    begins = ana.get(PATH).json()
    assert begins["ufs_habilitadas"] == ["SP", "RJ", "MG", "RS", "PR", "SC", "BA", "PE", "CE"]
    assert (begins["max_documentos_por_consulta"], begins["timeout_consulta"], begins["salva"]) == (1000, 300, False)
    said = {"ufs_habilitadas": ["SP"], "horario_consulta": "22:30", "email_notificacao": "ana@exemplo.com.br"}
    changed = ana.ask("PUT", PATH, json=said)
    assert (changed.status_code, {name: changed.json()[name] for name in said}) == (200, said)
    assert ana.ask("PUT", PATH, json={}).json() == changed.json()
    assert ana.ask("PUT", PATH, json={"ufs_habilitadas": "sp, rj"}).json()["ufs_habilitadas"] == ["SP", "RJ"]
    assert ana.get(PATH).json()["horario_consulta"] == "22:30"
    assert ana.ask("PUT", PATH, json={"horario_consulta": ""}).json()["horario_consulta"] is None


def test_it_is_each_user_s_own_staff_included(url: str, ana: Client) -> None:
    ana.ask("PUT", PATH, json={"timeout_consulta": 99})
    for other in (person(url, "bia"), person(url, "chefe", staff=True)):
        assert other.get(PATH).json()["timeout_consulta"] == 300


def test_what_is_wrong_is_told_by_its_field(clara: Client) -> None:
    for field, value in (
        ("ufs_habilitadas", ["XX"]),
        ("ufs_habilitadas", 7),
        ("max_documentos_por_consulta", 0),
        ("max_documentos_por_consulta", 2**70),
        ("timeout_consulta", 1),
        ("notificar_email", "talvez"),
        ("email_notificacao", "isto não é"),
        ("consulta_automatica_ativa", 7),
        ("horario_consulta", "25:00"),
        ("horario_consulta", 7),
    ):
        answer = clara.ask("PUT", PATH, json={field: value})
        assert (answer.status_code, list(answer.json())) == (400, [field]), (field, value, answer.text)
