"""Certificates of companies. docs/reference/contracts/integracoes.md §10.2 and §10.3."""

from typing import Any

from sqlalchemy import Select, select

from api.admin.parts import Acao, Campo, Coluna, Dados, Escolha, Periodo, SimNao
from api.admin.table import Tabela
from core.errors import NotFound, UsageError
from flows.certificados import keeping, receiving
from flows.certificados.keeping import Arquivo
from flows.certificados.receiving import Mudanca
from flows.usuarios.tokens import Quem
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.session import reading


def ligar(numero: int, _: Quem) -> str:
    """Use it again."""
    receiving.alterar(numero, Mudanca(ativo=True))
    return "Ativo."


def desligar(numero: int, _: Quem) -> str:
    """Use it no more."""
    receiving.alterar(numero, Mudanca(ativo=False))
    return "Desativado."


class Certificados(Tabela, model=CertificadoDigital):
    """Certificates; neither the file nor its password is shown."""

    name, name_plural, caminho = "Certificado", "Certificados", "certificadodigital"
    colunas = (
        Coluna("nome", "Nome", CertificadoDigital.nome),
        Coluna("cnpj", "CNPJ", CertificadoDigital.cnpj),
        Coluna("usuario", "Usuário", Usuario.username),
        Coluna("ativo", "Ativo", CertificadoDigital.ativo),
        Coluna("consulta_automatica", "Consulta automática", CertificadoDigital.consulta_automatica),
        Coluna("validade_fim", "Vale até", CertificadoDigital.validade_fim),
        Coluna("ultima_consulta", "Última consulta", CertificadoDigital.ultima_consulta),
    )
    detalhes = (
        Coluna("empresa", "Empresa", Empresa.cnpj),
        Coluna("titular", "Titular", CertificadoDigital.titular),
        Coluna("emissor", "Emissor", CertificadoDigital.emissor),
        Coluna("numero", "Número de série", CertificadoDigital.numero),
        Coluna("validade_inicio", "Vale desde", CertificadoDigital.validade_inicio),
        Coluna("intervalo_consulta", "Intervalo (min)", CertificadoDigital.intervalo_consulta),
        Coluna("desligado_por", "Consulta desligada pela SEFAZ", CertificadoDigital.desligado_por),
        Coluna("data_cadastro", "Guardado em", CertificadoDigital.data_cadastro),
        Coluna("data_atualizacao", "Mudado em", CertificadoDigital.data_atualizacao),
    )
    filtros = (
        SimNao("ativo", "Ativo", CertificadoDigital.ativo),
        SimNao("consulta_automatica", "Consulta automática", CertificadoDigital.consulta_automatica),
        Periodo("validade", "Vale até", CertificadoDigital.validade_fim),
        Escolha("usuario", "Usuário", Usuario.username),
    )
    buscados = (CertificadoDigital.nome, CertificadoDigital.cnpj, CertificadoDigital.titular)
    ordens = {"validade_fim": CertificadoDigital.validade_fim}  # noqa: RUF012 - read only
    novos = (
        Campo("empresa", "CNPJ da empresa", obrigatorio=True),
        Campo("usuario", "Usuário", ajuda="De quem é a empresa; vazio é do operador."),
        Campo("nome", "Nome"),
        Campo("arquivo_pfx", "Arquivo PFX", "file", obrigatorio=True),
        Campo("senha_pfx", "Senha do arquivo", "password"),
    )
    campos = (
        Campo("nome", "Nome", ajuda="Muda só junto com um arquivo novo."),
        Campo("arquivo_pfx", "Arquivo PFX novo", "file", "Sem arquivo fica o que há; ele não é mostrado."),
        Campo("senha_pfx", "Senha do arquivo novo", "password"),
        Campo("consulta_automatica", "Consulta automática", "bool"),
        Campo("intervalo_consulta", "Intervalo (min)", "number"),
    )
    acoes = (Acao("ligar", "Ativar", ligar), Acao("desligar", "Desativar", desligar))

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of certificates with their companies and users."""
        joined = query.join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
        return joined.outerjoin(Usuario, Usuario.id == Empresa.usuario_id)

    def criar(self, dados: Dados) -> int:
        """Keep the first certificate of a company."""
        whose = dados.texto("empresa") or "", (dados.texto("usuario") or "").strip() or None
        return keeping.adicionar(_arquivo(dados, *whose)).certificado.id

    def alterar(self, numero: int, dados: Dados) -> None:
        """Put a newer file in its place, and have SEFAZ consulted with it by itself or no more."""
        now = self.uma(numero)
        wanted = dados.sim("consulta_automatica"), dados.inteiro("intervalo_consulta") or now["intervalo_consulta"]
        changes = wanted != (now["consulta_automatica"], now["intervalo_consulta"])
        if changes:
            # before the file is taken: what is refused changes nothing
            keeping.check_interval(wanted[1])
        if "arquivo_pfx" in dados.arquivos:
            keeping.substituir(_arquivo(dados, *_whose(numero)))
        if changes:
            receiving.alterar(numero, Mudanca(consulta_automatica=wanted[0], intervalo_consulta=wanted[1]))


def _arquivo(dados: Dados, empresa: str, usuario: str | None) -> Arquivo:
    pfx = dados.arquivo("arquivo_pfx")
    if pfx is None:
        raise UsageError("Escolha o arquivo do certificado.", campo="arquivo_pfx")
    return Arquivo(pfx, dados.texto("senha_pfx") or "", empresa, usuario, dados.texto("nome") or None)


def _whose(numero: int) -> tuple[str, str | None]:
    """Return by which company and user the flows know a certificate."""
    query = select(Empresa.cnpj, Usuario.username).join(CertificadoDigital, CertificadoDigital.empresa_id == Empresa.id)
    with reading() as db:
        found = db.execute(
            query.outerjoin(Usuario, Usuario.id == Empresa.usuario_id).where(CertificadoDigital.id == numero)
        ).first()
    if found is None:
        raise NotFound("Não há este certificado.")
    return found[0], found[1]


TABELA = Certificados
