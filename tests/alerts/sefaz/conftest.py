"""A company of a user with a certificate and a numbering, as rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure

from alerts.moment import Moment
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa, dono
from storage.models.sefaz import Contribuinte, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
CNPJ = "11222333000181"
Judge = Callable[[Moment], Any]


def judged(judge: Judge, now: datetime = NOW) -> list[Any]:
    with reading() as db:
        return list(judge(Moment(db, now)))


@pytest.fixture
def serie(banco: str, configure: Configure) -> int:
    """Return the number of a numbering of NF-e that was never asked."""
    configure(sefaz__ambiente="2")
    with transaction() as db:
        ana = Usuario(username="ana", ativo=True)
        db.add(ana)
        db.flush()
        empresa = Empresa(usuario_id=ana.id, dono=dono(ana.id), cnpj=CNPJ, ativa=True, criada_em=NOW)
        db.add(empresa)
        db.flush()
        db.add(_certificate(empresa.id))
        of = Contribuinte(cnpj=CNPJ, ambiente=2, empresa_id=empresa.id, due_at=NOW)
        db.add(of)
        db.flush()
        made = SerieNSU(contribuinte_id=of.id, empresa_id=empresa.id, servico="nfe", ult_nsu=0, max_nsu=0, falhas=0)
        db.add(made)
        db.flush()
        return made.id


def _certificate(empresa_id: int) -> CertificadoDigital:
    begin, end = NOW - timedelta(days=300), NOW + timedelta(days=400)
    return CertificadoDigital(
        empresa_id=empresa_id,
        nome="Loja",
        cnpj=CNPJ,
        base=CNPJ[:8],
        titular="Loja",
        emissor="AC",
        numero="1",
        arquivo_pfx=b"x",
        senha_pfx="x",
        validade_inicio=begin,
        validade_fim=end,
        ativo=True,
        data_cadastro=begin,
        data_atualizacao=begin,
    )


def change(model: Any, **values: Any) -> None:
    with transaction() as db:
        db.query(model).update(values)
