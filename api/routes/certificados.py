"""A1 certificates of a user's companies. docs/reference/contracts/integracoes.md §4.50 and §4.51."""

from datetime import date, datetime
from typing import Annotated

from fastapi import File, Form, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from api import limit
from api.asking import Dia, Id, Que, Quem, Quer
from api.errors import Malformed, too_many
from api.paging import Lista
from api.routing import Rotas
from core import messages
from core.certificado import CertificadoRecusado
from core.fiscal import normalizar_documento
from core.settings.core import CoreSettings
from flows.certificados import receiving, views
from flows.certificados.keeping import Arquivo
from flows.certificados.views import CertificateView
from flows.sefaz import encomendas

router = Rotas("/certificados", "certificados")
Nome = StringConstraints(strip_whitespace=True, min_length=1)
SWEEP = "sefaz.varrer"
# Which field is wrong where a certificate does not serve; else it is the file.
WRONG = {"senha": "senha_pfx", "rc2": "senha_pfx", "outra_empresa": "cnpj", "e_cpf": "cnpj"}


class Certificado(BaseModel):
    """A certificate; neither its file nor its password is ever shown."""

    id: int
    nome: str
    cnpj: str
    empresa: str
    titular: str
    emissor: str
    validade_inicio: date
    validade_fim: date
    dias: int
    situacao: str
    ativo: bool
    consulta_automatica: bool
    intervalo_consulta: int
    data_cadastro: datetime
    data_atualizacao: datetime
    ultima_consulta: datetime | None
    desligado_por: str | None
    usuario_nome: str | None

    @classmethod
    def of(cls, one: CertificateView) -> "Certificado":
        """Return it with its days by the calendar of the installation, and its documents bare."""
        zone = CoreSettings.current().zone
        return cls.model_validate(
            vars(one)
            | {
                "cnpj": normalizar_documento(one.cnpj),
                "empresa": normalizar_documento(one.empresa),
                "validade_inicio": one.validade_inicio.astimezone(zone).date(),
                "validade_fim": one.validade_fim.astimezone(zone).date(),
                "ativo": one.situacao != views.DESATIVADO,
                "usuario_nome": one.usuario,
            }
        )


class MudancaCertificado(BaseModel):
    """What is to be another of a certificate; what is left out stays."""

    ativo: bool | None = None
    consulta_automatica: bool | None = Field(None, examples=[True])
    intervalo_consulta: int | None = Field(None, examples=[60])


class Pedido(BaseModel):
    """What to ask SEFAZ for. The dates are a window for reports; without them the last seven days."""

    tipo_documento: str = Field(examples=["NFE"], max_length=10)
    data_inicio: Dia | None = Field(None, examples=["2026-11-01"])
    data_fim: Dia | None = Field(None, examples=["2026-11-26"])


class Pedida(BaseModel):
    """The consultation that was asked for."""

    consulta_id: int = Field(examples=[12])


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer) -> Lista[Certificado]:
    """Lista os certificados, os mais novos primeiro."""
    return Lista.of(request, views.pagina(pagina, caller).map(Certificado.of), pagina)


@router.post("/", status_code=201, response_model=Certificado)
def enviar(
    request: Request,
    quem: Quem,
    arquivo_pfx: Annotated[bytes, File(description="O arquivo .pfx ou .p12 de um certificado A1.")],
    senha_pfx: Annotated[str, Form(description="A senha do arquivo; não é mostrada nem anotada.", max_length=200)],
    nome: Annotated[str, Nome, Form(description="Um nome para as pessoas.", examples=["Matriz"])],
    cnpj: Annotated[str, Form(description="CNPJ da empresa.", examples=["11.222.333/0001-81"], max_length=40)],
    uf: Annotated[str | None, Form(description="O estado da empresa; sem isto, o que o certificado diz.")] = None,
) -> Certificado | Response:
    """Guarda o certificado de uma empresa de quem pede; a empresa é cadastrada se ainda não for, e o mais novo fica."""
    verdict = limit.of_upload(quem.id)
    if not verdict.passes:
        request.state.limite = verdict.headers()
        return too_many()
    given = Arquivo(arquivo_pfx, senha_pfx, cnpj, nome=nome)
    try:
        return Certificado.of(receiving.receber(given, quem.proprio, uf))
    except CertificadoRecusado as fault:
        raise Malformed({WRONG.get(fault.motivo, "arquivo_pfx"): [str(fault)]}) from None


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> Certificado:  # noqa: A002 - the contract's word
    """Mostra um certificado."""
    return Certificado.of(receiving.mostrar(id, caller))


@router.patch("/{id}/")
def alterar(id: Id, mudanca: MudancaCertificado, caller: Quer) -> Certificado:  # noqa: A002
    """Liga ou desliga um certificado, ou a sua consulta automática; o resto fica."""
    return Certificado.of(receiving.alterar(id, receiving.Mudanca(**mudanca.model_dump()), caller))


@router.post("/{id}/consultar/", status_code=202)
def consultar(id: Id, pedido: Pedido, caller: Quer) -> Pedida:  # noqa: A002
    """Pede uma consulta à SEFAZ, feita assim que ela permitir; a que já espera vale por esta."""
    owner = receiving.dono_de(id, caller)
    number = encomendas.pedir(owner, pedido.tipo_documento, pedido.data_inicio, pedido.data_fim)
    messages.hasten(SWEEP)
    return Pedida(consulta_id=number)
