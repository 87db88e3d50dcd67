"""An element as a group of fields, walked once: texts by width, amounts, numbers and instants by name."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from lxml.etree import _Element

from core.documentos.espacos import BPE, CTE, DCE, DSIG, MDFE, NF3E, NFCOM, NFE, NFSE, SAT
from core.documentos.parser import valores
from core.documentos.parser.valores import DINHEIRO, Forma

_MOST_NAMES, _MOST_WARNINGS = 4096, 40


class Contexto:
    """What is found odd while one document is read, the namespace it is read in, and the group without fields."""

    __slots__ = ("_said", "nomes", "vazio")

    def __init__(self, espaco: str) -> None:
        # a root may be of any namespace; only the usual ones are kept between documents
        usual = _NOMES.get(espaco)
        self.nomes = _Nomes(espaco) if usual is None else usual
        self._said: dict[str, None] = {}
        self.vazio = Grupo(None, self)

    def avisar(self, frase: str) -> None:
        """Note something odd, once."""
        if len(self._said) < _MOST_WARNINGS:
            self._said[frase[:300]] = None

    @property
    def avisos(self) -> tuple[str, ...]:
        return tuple(self._said)


class _Nomes(dict[str, str]):
    """Local names by tag; `}` stands before those that are neither of the namespace nor of a signature.

    `estranhos` are those, as far as they were met.
    """

    def __init__(self, espaco: str) -> None:
        super().__init__()
        self._espaco, self.estranhos = espaco, set[str]()

    def __missing__(self, tag: str) -> str:
        space, _, name = tag.rpartition("}")
        found = name if space[1:] in (self._espaco, DSIG) else "}" + name
        if len(self) >= _MOST_NAMES:
            self.clear()
            self.estranhos.clear()
        if found[0] == "}":
            self.estranhos.add(found)
        self[tag] = found
        return found


_NOMES = {espaco: _Nomes(espaco) for espaco in ("", NFE, CTE, SAT, MDFE, NF3E, NFCOM, BPE, DCE, NFSE)}


class Grupo:
    """The children of one element by name, the first of each."""

    __slots__ = ("_filhos", "_grupos", "contexto", "elemento")

    def __init__(self, elemento: _Element | None, contexto: Contexto) -> None:
        self.elemento, self.contexto = elemento, contexto
        self._filhos: dict[str, _Element] = {}
        self._grupos: dict[str, Grupo] = {}
        if elemento is None:
            return
        nomes = contexto.nomes
        # the first of a name comes last
        self._filhos = {nomes[filho.tag]: filho for filho in reversed(elemento)}
        if nomes.estranhos and not nomes.estranhos.isdisjoint(self._filhos):
            self._take_strange()

    def _take_strange(self) -> None:
        for nome in [nome for nome in self._filhos if nome[0] == "}"]:
            if self._filhos.setdefault(nome[1:], self._filhos[nome]) is self._filhos[nome]:
                self.contexto.avisar(f"{nome[1:60]} não está no namespace do documento")

    def __contains__(self, nome: str) -> bool:
        return nome in self._filhos

    @property
    def existe(self) -> bool:
        return self.elemento is not None

    def atributo(self, nome: str) -> str:
        """Return an attribute without blanks around it; empty without one."""
        return (self.elemento.get(nome) or "").strip() if self.elemento is not None else ""

    def grupo(self, *caminho: str) -> "Grupo":
        """Return the group at the end of a path; one without fields where there is none."""
        found = self
        for nome in caminho:
            kept = found._grupos.get(nome)
            if kept is None:
                filho = found._filhos.get(nome)
                if filho is None:
                    return self.contexto.vazio
                kept = found._grupos[nome] = Grupo(filho, self.contexto)
            found = kept
        return found

    def primeiro(self) -> "Grupo":
        """Return the first child that has fields itself, as the one tax group of its kind."""
        for filho in self.elemento if self.elemento is not None else ():
            if len(filho):
                return Grupo(filho, self.contexto)
        return self.contexto.vazio

    def nomes(self) -> Iterable[str]:
        """Return the names of the children of this namespace."""
        return (nome for nome in self._filhos if not nome.startswith("}"))

    def grupos(self, nome: str) -> Iterator["Grupo"]:
        """Yield every child of a name."""
        if nome in self._filhos and self.elemento is not None:
            nomes = self.contexto.nomes
            for filho in self.elemento:
                if nomes[filho.tag].removeprefix("}") == nome:
                    yield Grupo(filho, self.contexto)

    def texto(self, nome: str, largura: int) -> str | None:
        """Return a text of at most so many characters; None where it is absent or blank."""
        filho = self._filhos.get(nome)
        if filho is None or not (bruto := filho.text):
            return None
        limpo = bruto.strip()
        # as `valores.texto`, for nearly all of them
        if len(limpo) <= largura and limpo.isprintable():
            return limpo or None
        return valores.texto(bruto, largura)

    def netos(self, nomes: Mapping[str, str]) -> dict[str, Decimal | None]:
        """Return amounts two steps below this group, the first of each, whatever stands between.

        `nomes` has the child under which an amount stands, by the amount's name with `{*}`. As by `grupo` and `valor`,
        in one pass.
        """
        found: dict[str, Decimal | None] = {}
        if self.elemento is None:
            return found
        for place in self.elemento.iter(*nomes):
            nome = place.tag.rpartition("}")[2]
            child = place.getparent().getparent()
            if nome not in found and child is self._filhos.get(nomes["{*}" + nome], self):
                found[nome] = self._decimal(nome, place, DINHEIRO)
        return found

    def valor(self, nome: str, forma: Forma = DINHEIRO) -> Decimal | None:
        """Return an amount; None, and told, where what stands there is none of its form."""
        filho = self._filhos.get(nome)
        return None if filho is None else self._decimal(nome, filho, forma)

    def _decimal(self, nome: str, lugar: _Element, forma: Forma) -> Decimal | None:
        if len(lugar):
            # its text ends where the first element in it begins
            self.contexto.avisar(f"{nome} não é um valor que se guarda: há elementos nele")
            return None
        if not (bruto := lugar.text):
            return None
        found = valores.decimal(bruto, forma)
        if found is None and bruto.strip():
            self.contexto.avisar(f"{nome} não é um valor que se guarda: {valores.mostrado(bruto)}")
        return found

    def inteiro(self, nome: str, maximo: int = 999_999_999) -> int | None:
        """Return a number from 0; None, and told, where what stands there is none or too large."""
        filho = self._filhos.get(nome)
        if filho is None or not (bruto := filho.text):
            return None
        found = valores.inteiro(bruto, maximo)
        if found is None and bruto.strip():
            self.contexto.avisar(f"{nome} não é um número que se guarda: {valores.mostrado(bruto)}")
        return found

    def codigo(self, nome: str, largura: int) -> str | None:
        """Return a text by which something is known; None, and told, where it is too long to be that."""
        found = self.texto(nome, largura + 1)
        if found is not None and len(found) > largura:
            self.contexto.avisar(f"{nome} é longo demais: {valores.mostrado(found)}")
            return None
        return found

    def instante(self, *nomes: str) -> datetime | None:
        """Return the instant in the first of these that is there; None, and told, where it is none."""
        for nome in nomes:
            filho = self._filhos.get(nome)
            if filho is None or not (bruto := (filho.text or "").strip()):
                continue
            found = valores.instante(bruto)
            if found is None:
                self.contexto.avisar(f"{nome} não é uma data possível: {valores.mostrado(bruto)}")
            return found
        return None

    def documento(self) -> str | None:
        """Return the CNPJ or CPF of a party; None, and told, where it is none."""
        for nome in ("CNPJ", "CPF"):
            filho = self._filhos.get(nome)
            if filho is None or not (bruto := (filho.text or "").strip()):
                continue
            found = valores.documento(bruto)
            if found is None:
                self.contexto.avisar(f"{nome} não é um {nome}: {valores.mostrado(bruto)}")
            return found
        return None

    def endereco(self) -> str | None:
        """Return street, number and district in one line."""
        parts = [texto for nome in ("xLgr", "nro", "xBairro") if (texto := self.texto(nome, 120))]
        return ", ".join(parts)[:300] or None

    def cep(self) -> str | None:
        """Return a postal code of 8 digits."""
        found = self.texto("CEP", 20)
        digits = "".join(filter(str.isdigit, found or ""))
        return digits if len(digits) == 8 and digits.isascii() else None


NOME: Final = 200
"""The width of names of parties."""
