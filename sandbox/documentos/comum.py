"""What made-up documents are made of: companies, keys, instants, signatures and protocols."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property, lru_cache
from hashlib import sha256

from core.fiscal import digito_chave, digitos_cnpj, digitos_cpf

BRASILIA = timezone(timedelta(hours=-3))
QUANDO = datetime(2026, 1, 15, 10, 30, tzinfo=BRASILIA)
_DIGEST = "5dCn8Jwq6XcTiGYJ4UCRIQ0mAnY="  # pragma: allowlist secret


@dataclass(frozen=True)
class Feito:
    """A made-up document: its access key and its text."""

    chave: str
    texto: str

    @cached_property
    def xml(self) -> bytes:
        return self.texto.encode()

    @property
    def sha256(self) -> str:
        return sha256(self.xml).hexdigest()


@dataclass(frozen=True)
class Pessoa:
    """A company or person by CNPJ or CPF."""

    documento: str
    nome: str = "Empresa de Exemplo Ltda"
    uf: str = "SP"
    ie: str = "110042490114"
    municipio: str = "São Paulo"
    codigo_municipio: str = "3550308"

    @property
    def numero(self) -> str:
        campo = "CPF" if len(self.documento) == 11 else "CNPJ"
        return f"<{campo}>{self.documento}</{campo}>"

    def endereco(self, campo: str) -> str:
        return (
            f"<{campo}><xLgr>Rua das Acácias</xLgr><nro>100</nro><xBairro>Centro</xBairro>"
            f"<cMun>{self.codigo_municipio}</cMun><xMun>{self.municipio}</xMun><UF>{self.uf}</UF><CEP>01001000</CEP>"
            f"<cPais>1058</cPais><xPais>BRASIL</xPais></{campo}>"
        )

    def endereco_cte(self, campo: str) -> str:
        return (
            f"<{campo}><xLgr>Rua das Acácias</xLgr><nro>100</nro><xBairro>Centro</xBairro>"
            f"<cMun>{self.codigo_municipio}</cMun><xMun>{self.municipio}</xMun><CEP>01001000</CEP><UF>{self.uf}</UF>"
            f"</{campo}>"
        )


@lru_cache(maxsize=4096)
def cnpj(base: int | str, filial: int = 1) -> str:
    """Return a valid CNPJ of a company; the base may hold letters."""
    first = f"{base:0>8}{filial:04d}"
    return first + digitos_cnpj(first)


def cpf(base: int) -> str:
    """Return a valid CPF."""
    return f"{base:09d}{digitos_cpf(f'{base:09d}')}"


EMITENTE = Pessoa(cnpj(11222333), "Comércio de Exemplo Ltda")
DESTINATARIO = Pessoa(cnpj(44555666), "Indústria Modelo S.A.", ie="110042490114")
TRANSPORTADORA = Pessoa(cnpj(77888999), "Transportes Exemplares Ltda")
COM_LETRAS = Pessoa(cnpj("12ABC345"), "Letras e Números Ltda")


def chave(
    modelo: str, numero: int, *, serie: int = 1, emitente: str = "", quando: datetime = QUANDO, uf: str = "35"
) -> str:
    """Return a valid access key."""
    who = emitente or EMITENTE.documento
    base = f"{uf}{quando:%y%m}{who:0>14}{modelo}{serie:03d}{numero:09d}1{numero % 99999989:08d}"
    return base + digito_chave(base)


def assinatura(chave: str, prefixo: str = "NFe", digest: str = _DIGEST) -> str:
    """Return what looks like a signature and is none."""
    return (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/>'
        f'<Reference URI="#{prefixo}{chave}"><Transforms>'
        '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        '<Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo><SignatureValue>AAAA</SignatureValue>"
        "<KeyInfo><X509Data><X509Certificate>AAAA</X509Certificate></X509Data></KeyInfo></Signature>"
    )


def protocolo(
    nome: str,
    campo: str,
    chave: str,
    status: str,
    *,
    motivo: str = "",
    quando: datetime = QUANDO,
    ambiente: int = 1,
    digest: str = _DIGEST,
) -> str:
    """Return the protocol of a key: `nome` as `protNFe`, `campo` as `chNFe`."""
    said = motivo or {"100": "Autorizado o uso da NF-e", "110": "Uso Denegado", "302": "Uso Denegado"}.get(status, "")
    return (
        f'<{nome} versao="4.00"><infProt><tpAmb>{ambiente}</tpAmb><verAplic>SP_NFE</verAplic><{campo}>{chave}</{campo}>'
        f"<dhRecbto>{quando.isoformat()}</dhRecbto><nProt>{numero_protocolo(chave)}</nProt><digVal>{digest}</digVal>"
        f"<cStat>{status}</cStat><xMotivo>{said or 'Resposta'}</xMotivo></infProt></{nome}>"
    )


def numero_protocolo(chave: str) -> str:
    """Return the protocol's number that the made-up answer to a key has."""
    return f"1{chave[:4]}{int(chave[25:34]):010d}"
