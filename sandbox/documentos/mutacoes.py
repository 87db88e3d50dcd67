"""Documents broken in many ways, the same ways for the same seed."""

import random
import re
from collections.abc import Callable, Iterator

from sandbox.documentos import cupons, eventos, notas
from sandbox.documentos.comum import COM_LETRAS, TRANSPORTADORA
from sandbox.documentos.conhecimentos import conhecimento

_TAG = re.compile(rb"</?[A-Za-z][A-Za-z0-9]*")
_VALUE = re.compile(rb">[^<>]+<")
# What has been in a field, or an attacker puts there.
_ODD = (
    b"", b" ", b"0", b"-1", b"NaN", b"Infinity", b"1e999", b"1E5", b"0x10", b"1,00", b"1.234,56", b"9" * 40,
    b"0." + b"0" * 60, b"00000000000000", b"99999999999999", b"2026-02-30T10:00:00-03:00", b"0001-01-01T00:00:00+14:00",
    b"9999-12-31", b"2026-01-01T10:00:00-99:99", b"&#0;", b"&#x1;", b"&#xFFFF;", b"&amp;&lt;",
    "\u202e\u0000\u2028ção".encode(), "\u202e\u2028\u0085ção".encode(), b"\xc3", b"\xff\xfe", b"<![CDATA[x]]>",
    b"<!-- -->1", b"<?a b?>2", b"A" * 5000, b"'; DROP TABLE nfe; --", b"=1+1", b"\xd9\xa3" * 44, b"9" * 44,
)  # fmt: skip


def sementes() -> list[bytes]:
    """Return whole documents of every kind that is read."""
    note, bill, coupon = notas.nota(7, reforma=True, transportador=TRANSPORTADORA), conhecimento(9), cupons.cupom(3)
    return [
        note.xml,
        notas.nota(8, emitente=COM_LETRAS, referencias=(note.chave,), status="302").xml,
        notas.nota(9, modelo="65", destinatario=None, status=None, layout="2.00").xml,
        notas.enviada(notas.nota(1, status=None), notas.nota(2, status=None)),
        conhecimento(10, notas=(note.chave,), substitui=bill.chave).xml,
        eventos.evento(note),
        eventos.evento(bill, eventos.CORRECAO, 2),
        eventos.evento(note, status=None),
        eventos.consulta(note, eventos.evento(note)),
        eventos.cancelamento_antigo(note),
        eventos.resumo_de_evento(note),
        notas.resumo(note),
        notas.inutilizada(3, 9),
        coupon.xml,
        cupons.lote(coupon, cupons.cupom(4, cancela=coupon.chave)),
    ]


def mutados(quantos: int, semente: int, documentos: list[bytes] | None = None) -> Iterator[bytes]:
    """Yield so many broken documents."""
    chance, whole = random.Random(semente), documentos or sementes()
    for _ in range(quantos):
        content = chance.choice(whole)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            content = chance.choice(_WAYS)(content, chance, whole)[:200_000]
        yield content


def _bytes(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    changed = bytearray(content or b"<")
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    begin, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return chance.choice((content[:begin], content[begin:], content[:begin] + content[end:], content[begin:end]))


def _doubled(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    begin, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[begin:end] * chance.randint(1, 3) + content[end:]


def _value(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    return _replaced(content, list(_VALUE.finditer(content)), chance, lambda _: b">" + chance.choice(_ODD) + b"<")


def _tag(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    tags = list(_TAG.finditer(content))
    return _replaced(
        content, tags, chance, lambda found: chance.choice(tags)[0] if chance.random() < 0.5 else found + b"x"
    )


def _renamed(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    """Give every element of a name another one: the document stays well formed."""
    names = sorted({tag.lstrip(b"</") for tag in set(_TAG.findall(content))})
    if not names:
        return content
    old, new = chance.choice(names), chance.choice((*names, b"outro", b"x:y"))
    return re.sub(rb"(</?)" + old + rb"(?=[\s/>])", rb"\g<1>" + new, content)


def _without(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    """Take a whole element out, or say it twice: the document stays well formed."""
    tags = _TAG.findall(content)
    if not tags:
        return content
    name = chance.choice(tags).lstrip(b"</")
    found = re.search(rb"<" + name + rb"(?=[\s>]).*?</" + name + rb">", content, re.DOTALL)
    if found is None:
        return content
    return content[: found.start()] + chance.choice((b"", found[0] * 2, b"<x/>")) + content[found.end() :]


def _space(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    found = re.findall(rb'xmlns="[^"]*"', content)
    if not found:
        return content
    new = (b"", b'xmlns=""', b'xmlns="urn:x"', b'xmlns="http://www.portalfiscal.inf.br/cte"', b'xmlns:n="urn:x"')
    return content.replace(chance.choice(found), chance.choice(new), chance.randint(1, 2))


def _mixed(content: bytes, chance: random.Random, whole: list[bytes]) -> bytes:
    other, at = chance.choice(whole), chance.randrange(len(content) + 1)
    return chance.choice(
        (content + other, content[:at] + other + content[at:], other[: len(other) // 2] + content[at:])
    )


def _encoded(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    text = content.decode("utf-8", "replace")
    name = chance.choice(("utf-16", "utf-16-le", "cp1252", "utf-8-sig", "utf-32", "cp500"))
    return text.encode(name, "replace")


def _declared(content: bytes, chance: random.Random, _whole: list[bytes]) -> bytes:
    head = chance.choice(
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>', b'<?xml version="1.0" encoding="utf-16"?>',
         b'<?xml version="1.1"?>', b"<!DOCTYPE a>", b"<!-- a -->", b"\xef\xbb\xbf", b"\0", b"<?xml encoding='x'?>")
    )  # fmt: skip
    return head + content


def _replaced(
    content: bytes, places: list[re.Match[bytes]], chance: random.Random, new: Callable[[bytes], bytes]
) -> bytes:
    if not places:
        return content
    place = chance.choice(places)
    return content[: place.start()] + new(place[0]) + content[place.end() :]


_WAYS = (
    _bytes, _cut, _doubled, _value, _value, _value, _tag, _renamed, _renamed, _without, _without, _space, _mixed,
    _encoded, _declared,
)  # fmt: skip
