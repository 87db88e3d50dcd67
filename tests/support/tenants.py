"""Two users and the operator, each with rows of every kind; a word stands in every text of each one's rows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import Configure
from sqlalchemy import select

from alerts import state
from alerts.judgement import Judgement
from connectors.oracle import ddl
from connectors.oracle.engine import open_engine
from core.caller import Caller
from core.fiscal import digitos_cnpj
from core.settings.fila import FilaColumns, FilaSettings
from flows.certificados.keeping import Arquivo
from flows.certificados.receiving import receber
from flows.destinos import trying, webhooks
from flows.destinos.webhooks import Dito
from flows.sat.boxes import prepare
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.encomendas import nova
from flows.sefaz.series import contribuinte, serie
from flows.usuarios.finding import caller_of
from flows.usuarios.passwords import definir
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota
from sandbox.sefaz import Autoridade, Cliente
from storage.models.alertas import Alerta
from storage.models.certificados import CertificadoDigital
from storage.models.documentos import Documento
from storage.models.fila import FilaConta, FilaLinha
from storage.models.importacoes import ImportLog
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.models.sat import Caixa, CaixaHistorico
from storage.models.sefaz import DocumentoDistribuido, EstadoConsulta
from storage.models.sync import SyncFluxo, SyncItem
from storage.session import reading, transaction
from support.api import Client, importing, person
from support.boxes import with_boxes
from support.questor import account

ANA, BIA, CHEFE = "ana", "bia", "chefe"
MARKS = {ANA: "marcadaana", BIA: "marcadabia", CHEFE: "marcadachefia"}
PASSWORD = "uma senha boa"  # pragma: allowlist secret
NOW = datetime.now(UTC)
Ids = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Mundo:
    """Who asks, by name; the numbers of each one's rows by kind, as they stand in a path; each one's certificate."""

    clients: Mapping[str, Client]
    ids: Mapping[str, Ids]
    clientes: Mapping[str, Cliente]


def mundo(url: str, configure: Configure, folder: Path) -> Mundo:
    """Make everything, on the database there is."""
    autoridade = Autoridade(folder)
    clients = {name: person(url, name) for name in (ANA, BIA)} | {CHEFE: person(url, CHEFE, staff=True)}
    cnpjs = {name: stem + digitos_cnpj(stem) for name, stem in ((ANA, "112223330001"), (BIA, "556667770001"))}
    clientes = {name: autoridade.cliente(cnpj, nome=MARKS[name], uf="SP") for name, cnpj in cnpjs.items()}
    ids = {name: _user(name, cnpj, clientes[name]) for name, cnpj in cnpjs.items()}
    return Mundo(clients, ids | {CHEFE: _operator(configure, folder)}, clientes)


def _user(name: str, cnpj: str, cliente: Cliente) -> Ids:
    mark, caller = MARKS[name], caller_of(name)
    definir(name, PASSWORD)
    party = Pessoa(cnpj, f"{mark} Ltda")
    certificado = receber(Arquivo(cliente.pfx, cliente.senha, cnpj, nome=mark), caller)
    importing(name, nota(1, emitente=party).xml, conhecimento(1, emitente=party, remetente=party).xml, cnpj=cnpj)
    configurar(Mudancas(email_notificacao=f"{mark}@exemplo.com.br"), caller)
    hook = webhooks.criar(Dito(nome=mark, url=f"http://127.0.0.1:9/{mark}", eventos=["nfe_importada"]), caller)
    tried = trying.try_out(str(hook.id), caller=caller, usuario=mark)
    consulta, arrived = _consulted(caller, cnpj, certificado.id, mark)
    return {
        "nfe": {"id": _document(caller, "nfe")},
        "cte": {"id": _document(caller, "cte")},
        "log": {"id": _logged(caller, mark)},
        "webhook": {"id": hook.id},
        "entrega": {"id": tried.entrega_id},
        "certificado": {"id": certificado.id},
        "consulta": {"id": consulta},
        "documento": {"id": arrived},
        "usuario": {"username": name},
    }


def _document(caller: Caller, especie: str) -> int:
    with reading() as db:
        mine = select(Documento.id).where(Documento.usuario_id == caller.usuario_id, Documento.especie == especie)
        return db.scalars(mine).one()


def _logged(caller: Caller, mark: str) -> int:
    said = {"arquivo_nome": f"{mark}.xml", "mensagem": mark, "status": "erro", "data_importacao": NOW, "due_at": NOW}
    row = ImportLog(**said, usuario_id=caller.usuario_id, dono=f"{caller.usuario_id}:0", tipo_documento="NFe")
    with transaction() as db:
        db.add(row)
        db.flush()
        return row.id


def _consulted(caller: Caller, cnpj: str, certificado_id: int, mark: str) -> tuple[int, int]:
    document = _document(caller, "nfe")
    with transaction() as db:
        kept = db.get_one(CertificadoDigital, certificado_id)
        series = serie(db, contribuinte(db, kept.empresa_id, cnpj, 2, NOW), "nfe")
        made = nova(db, series, certificado_id, NOW)
        made.status, made.mensagem_erro, made.log_detalhado = EstadoConsulta.CONCLUIDA, mark, mark
        chave = db.get_one(Documento, document).chave
        came = {"schema": "procNFe_v4.00.xsd", "resultado": "novo", "chave": chave, "recebido_em": NOW}
        row = DocumentoDistribuido(serie_id=series.id, nsu=1, documento_id=document, consulta_id=made.id, **came)
        db.add(row)
        db.flush()
        return made.id, row.id


def _operator(configure: Configure, folder: Path) -> Ids:
    mark = MARKS[CHEFE]
    with_boxes(configure, {"name": "caixa-1", "host": "127.0.0.1", "port": 9, "loja": mark})
    configure(fila__url=f"sqlite:///{folder}/fila.db", sync__tags="[]")
    configure(ploomes__user_key="k", milvus__token="k", **account("http://127.0.0.1:9"))
    prepare()
    fila, columns = FilaSettings.current().contas["padrao"], FilaColumns()
    engine = open_engine(fila, "padrao")
    with engine.begin() as there:
        for statement in (ddl.create("sqlite", fila.table, columns), *ddl.relay("sqlite", fila.table, columns)):
            there.exec_driver_sql(statement)
    engine.dispose()
    with transaction() as db:
        box = db.query(Caixa).one()
        box.erro = mark
        lot = QuestorLote(conta="padrao", nome=mark, pasta=f"/{mark}", criado_em=NOW, varrido_em=NOW)
        owed = {"conta": "padrao", "fluxo": "tarefas", "due_at": NOW}
        item = {"livro": "tarefas", "chave": mark, "situacao": "estacionado", "motivo": "recusado", "erro": mark}
        pending = SyncItem(**owed, **item, criado_em=NOW - timedelta(days=1), mudado_em=NOW)
        db.add_all([lot, pending, SyncFluxo(**owed, falha=mark, relatorio=json.dumps({"avisos": [mark]}))])
        db.add(CaixaHistorico(caixa_id=box.id, em=NOW, resultado="ok", erro=mark))
        db.add(FilaConta(conta="padrao", visto_em=NOW, falha=mark))
        db.add(FilaLinha(conta="padrao", identidade=mark, linha=mark, em=NOW))
        state.apply(db, "sat", [Judgement(mark, "relogio", "aviso", True, mark)], NOW)
        db.flush()
        file = {"caminho": "1.xml", "tamanho": 1, "mtime_ns": 1, "tipo": "nfe", "estado": "recusado"}
        db.add(QuestorArquivo(lote_id=lot.id, due_at=NOW, **file))
        return {
            "alerta": {"id": db.query(Alerta.id).scalar()},
            "caixa": {"nome": "caixa-1"},
            "fila": {"conta": "padrao"},
            "lote": {"id": lot.id},
            "sync": {"conta": "padrao", "fluxo": "tarefas", "numero": str(pending.id)},
        }
