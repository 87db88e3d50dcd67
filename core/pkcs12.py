"""How much work a PKCS#12 file asks for before it opens: whoever made it chose, and a few bytes ask for days.

RFC 7292: an INTEGER of rounds stands behind the OCTET STRING of its salt, wherever a key is derived from a password.
"""

from collections.abc import Iterator

# Windows and OpenSSL write thousands, the most careful of today's programs 600,000 in each of three places. The process
# does nothing else meanwhile: three millions are a third of a second.
MOST_ROUNDS = 3_000_000
OCTETS, INTEGER, CONTENT, CONSTRUCTED, INDEFINITE = 0x04, 0x02, 0xA0, 0x20, 0x80
DEEPEST = 24


def asks_too_much(pfx: bytes) -> bool:
    """Tell whether a file asks for more rounds than any honest one, all its parts together."""
    return rounds(pfx) > MOST_ROUNDS


def rounds(content: bytes) -> int:
    """Return how many rounds a structure names that is not encrypted."""
    return sum(_rounds(content, 0, len(content)))


def _rounds(data: bytes, start: int, end: int, within: int = 0, depth: int = 0) -> Iterator[int]:
    before = None
    for tag, begin, stop in _items(data, start, end):
        if tag == INTEGER and before == OCTETS:
            yield int.from_bytes(data[begin:stop], "big")
        # the octets of a content are a structure again, any other ones a salt or a cipher
        elif depth < DEEPEST and (tag & CONSTRUCTED or (tag == OCTETS and within == CONTENT)):
            yield from _rounds(data, begin, stop, tag, depth + 1)
        before = tag


def _items(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield tag, begin and end of each content, as far as it is DER, or BER of unknown length."""
    while start + 2 <= end:
        tag, length, begin = data[start], data[start + 1], start + 2
        if length == INDEFINITE:
            yield tag, begin, end
            return
        if length & INDEFINITE:
            begin += length & 0x7F
            length = int.from_bytes(data[start + 2 : begin], "big")
        if begin + length > end:
            return
        yield tag, begin, begin + length
        start = begin + length
