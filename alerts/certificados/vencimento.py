"""A certificate ends soon, or has ended: told at 30, 15, 7, 3 and 1 days, on its last day, and when it is over.

docs/reference/contracts/integracoes.md §5.9.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from alerts.judgement import CRITICAL, WARNING, Judgement
from alerts.moment import Moment
from core.certificado import dia, dias_ate
from core.fiscal import formatar_documento
from core.text import plural
from storage.models.certificados import CertificadoDigital, em_uso
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario

CODIGO, VENCIDO = "vencimento", "vencido"
STEPS = (0, 1, 3, 7, 15, 30)
CRITICAL_DAYS = 3


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each certificate in use."""
    query = select(CertificadoDigital.validade_fim, Empresa.cnpj, Usuario.username)
    query = query.join(Empresa, Empresa.id == CertificadoDigital.empresa_id).join(
        Usuario, Usuario.id == Empresa.usuario_id, isouter=True
    )
    for end, cnpj, user in moment.db.execute(query.where(em_uso(moment.now)).order_by(CertificadoDigital.id)):
        yield _judged(end, cnpj, user, moment.now)


def _judged(end: datetime, cnpj: str, user: str | None, now: datetime) -> Judgement:
    days, over = dias_ate(end, now), now > end
    step = next((one for one in STEPS if days <= one), None)
    shown, when = formatar_documento(cnpj), dia(end)
    return Judgement(
        objeto=f"{user}/{cnpj}" if user else cnpj,
        codigo=CODIGO,
        severidade=CRITICAL if over or days <= CRITICAL_DAYS else WARNING,
        ativo=over or step is not None,
        mensagem=f"O certificado da empresa {shown} {_end(days, when, over=over)} Compre ou peça um novo e rode "
        "`esteira certificados substituir`.",
        valores={"dias": days, "vencido": over},
        resolvido=f"O certificado da empresa {shown} vale até {when}.",
        # each step is told once
        causa=VENCIDO if over else None if step is None else str(step),
        rotulos={"empresa": cnpj} | ({"usuario": user} if user else {}),
    )


def _end(days: int, when: str, *, over: bool) -> str:
    if over:
        return f"venceu em {when}; nada é consultado na SEFAZ com ele."
    return f"vence hoje ({when})." if days == 0 else f"vence em {plural(days, 'dia', 'dias')} ({when})."
