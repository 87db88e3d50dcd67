"""The access key of a document: found in its `Id`, compared with what else the document says of itself."""

from datetime import datetime
from itertools import islice

from core.documentos.conteudo import Laco, Ligacao
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.recusa import Recusado
from core.documentos.situacao import TESTE
from core.fiscal import UFS, digito_chave, parece_chave

_NINES = "9" * 44
_MOST_LINKS = 10_000
# States by the code that keys begin with.
SIGLAS = {codigo: sigla for sigla, codigo in UFS.items()}


def chave_do_documento(info: Grupo, prefixo: str, contexto: Contexto) -> str:
    """Return the key in the `Id` of a document.

    Raises:
        Recusado: there is none.
    """
    ident = info.atributo("Id")
    found = ident[len(prefixo) :] if ident[: len(prefixo)].casefold() == prefixo.casefold() else ident
    if not parece_chave(found):
        said = f"{ident[:60]!r} não é uma chave de acesso" if ident else "o documento não tem chave de acesso (Id)"
        raise Recusado("chave_invalida", said)
    if not ident.startswith(prefixo):
        contexto.avisar(f"o Id não começa com {prefixo}")
    return conferida(found, contexto)


def conferida(chave: str, contexto: Contexto) -> str:
    """Return a key, telling where its check digit is wrong."""
    if digito_chave(chave[:43]) != chave[43]:
        contexto.avisar(f"o dígito verificador da chave está errado: {chave}")
    return chave


def comparar(chave: str, ide: Grupo, emitente: str | None, emissao: datetime | None, contexto: Contexto) -> None:
    """Tell where a document says otherwise than its key: month, issuer and model."""
    if emissao is not None and chave[2:6] != f"{emissao.year % 100:02d}{emissao.month:02d}":
        contexto.avisar(f"a chave é do mês {chave[4:6]}/{chave[2:4]}, a emissão de {emissao:%m/%Y}")
    # notes of series 890 to 899 are issued by the treasury for somebody else
    if emitente is not None and chave[6:20] != emitente.zfill(14) and not "890" <= chave[22:25] <= "899":
        contexto.avisar(f"a chave é do emitente {chave[6:20]}, o documento de {emitente}")
    modelo = ide.texto("mod", 4)
    if modelo is not None and modelo != chave[20:22]:
        contexto.avisar(f"a chave é do modelo {chave[20:22]}, o documento diz {modelo}")


def avisar_ambiente(ambiente: int | None, contexto: Contexto) -> None:
    """Tell that a document is of SEFAZ's test environment."""
    if ambiente == TESTE:
        contexto.avisar("é do ambiente de homologação, sem valor fiscal")


def comparar_numero(chave: str, serie: int | None, numero: int | None, contexto: Contexto) -> None:
    """Tell where series or number are not those of the key."""
    if serie is not None and numero is not None and f"{serie:03d}{numero:09d}" != chave[22:34]:
        contexto.avisar(f"a chave é da série {chave[22:25]}, número {chave[25:34]}; o documento diz {serie} e {numero}")


def ligacoes(achadas: list[tuple[Laco, str | None]], propria: str) -> tuple[Ligacao, ...]:
    """Return the links to other documents, each once; what is no key is none."""
    once = dict.fromkeys(
        (laco, chave)
        for laco, chave in achadas
        if chave is not None and chave not in (_NINES, propria) and parece_chave(chave)
    )
    return tuple(Ligacao(laco=laco, chave=chave) for laco, chave in islice(once, _MOST_LINKS))


def uf_da_chave(chave: str) -> str | None:
    """Return the state a key begins with."""
    return SIGLAS.get(chave[:2])
