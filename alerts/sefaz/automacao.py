"""SEFAZ refused a certificate, and nothing is consulted by itself with it until somebody acts.

docs/reference/contracts/sefaz.md §3.8.
"""

from collections.abc import Iterator

from sqlalchemy import select

from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from core.fiscal import formatar_documento
from storage.models.certificados import CertificadoDigital, em_uso
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario

CODIGO = "automacao_desligada"


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each certificate in use."""
    query = (
        select(CertificadoDigital.desligado_por, Empresa.cnpj, Usuario.username)
        .join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
        .join(Usuario, Usuario.id == Empresa.usuario_id, isouter=True)
        .where(em_uso(moment.now))
    )
    for said, cnpj, user in moment.db.execute(query.order_by(CertificadoDigital.id)):
        yield _judged(said, cnpj, user)


def _judged(said: str | None, cnpj: str, user: str | None) -> Judgement:
    shown = formatar_documento(cnpj)
    return Judgement(
        objeto=f"{user}/{cnpj}" if user else cnpj,
        codigo=CODIGO,
        severidade=CRITICAL,
        ativo=said is not None,
        mensagem=f"A SEFAZ recusou o certificado da empresa {shown}, e a consulta automática com ele foi desligada: "
        f"{(said or '').rstrip('.')}. Guarde um novo com `esteira certificados substituir`, que a liga de novo; se o "
        "certificado está bom, ligue-a com `esteira sefaz automatizar`.",
        resolvido=f"A consulta automática com o certificado da empresa {shown} não está mais desligada por recusa.",
        rotulos={"empresa": cnpj} | ({"usuario": user} if user else {}),
    )
