"""XML of others read safely, and ours written without a character of white space between its tags."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeAlias

from lxml import etree

from connectors.sefaz.servico import NaoEntendida
from core.documentos.texto import adapted, decode

Element: TypeAlias = etree._Element
SOAP12, SOAP11 = "http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"
UTF8 = "utf-8"
# What an instant without an offset is counted in (the answers of CT-e).
BRASILIA = timezone(timedelta(hours=-3))
_NSU, _STATUS = re.compile(r"[0-9]{1,15}"), re.compile(r"[0-9]{3,4}")


def parser() -> Any:
    """Return a parser that follows nothing out of the text and lets nothing grow."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def lido(content: bytes) -> Element:
    """Return the root of an answer, in whatever encoding its bytes are.

    Raises:
        NaoEntendida: it is no XML, or has a DTD.
    """
    try:
        root = etree.fromstring(adapted(_text(content)).encode(), parser())
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.getroottree().docinfo.doctype:
        raise NaoEntendida("")
    return root


def _text(content: bytes) -> str:
    try:
        return decode(content).text
    except ValueError:
        # words lose a letter; numbers and packed documents are ASCII, and the numbering has moved
        return content.decode(UTF8, "replace")


def achado(root: Element, ns: str, name: str) -> Element:
    """Return the one element of a name, in whatever envelope it is.

    Raises:
        NaoEntendida: there is none; what a SOAP fault says is told.
    """
    found = next(root.iter(f"{{{ns}}}{name}"), None)
    if found is None:
        raise NaoEntendida(fault_words(root))
    return found


def fault_words(root: Element) -> str:
    """Return the reason in a SOAP fault of either version; empty where there is none."""
    for path in (f".//{{{SOAP12}}}Fault/{{{SOAP12}}}Reason/{{{SOAP12}}}Text", f".//{{{SOAP11}}}Fault/faultstring"):
        words = root.findtext(path)
        if words:
            return str(words)
    return ""


def words_of(content: bytes) -> str:
    """Return the reason in an answer that may be a SOAP fault, or anything else."""
    try:
        return fault_words(lido(content))
    except NaoEntendida:
        return ""


def text(element: Element, ns: str, name: str) -> str:
    """Return what a child says; empty where there is no such child."""
    return (element.findtext(f"{{{ns}}}{name}") or "").strip()


def status(element: Element, ns: str) -> str:
    """Return the cStat of an answer.

    Raises:
        NaoEntendida: it has none.
    """
    found = text(element, ns, "cStat")
    if not _STATUS.fullmatch(found):
        raise NaoEntendida("")
    return found


def number(written: str | None) -> int | None:
    """Return a number of at most fifteen digits, as an NSU is; absent is not zero."""
    bare = (written or "").strip()
    return int(bare) if _NSU.fullmatch(bare) else None


def instant(written: str) -> datetime | None:
    """Return an instant; None where it is none that can be kept."""
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=BRASILIA)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def filled(parent: Element, ns: str, name: str, value: str | None = None) -> Element:
    """Add a child, with a text if it has one."""
    made = etree.SubElement(parent, f"{{{ns}}}{name}")
    made.text = value
    return made


def root_of(ns: str, name: str, versao: str) -> Element:
    """Return a message that begins: its namespace is the default one, because prefixes are refused."""
    return etree.Element(f"{{{ns}}}{name}", {"versao": versao}, nsmap={None: ns})


def envelope(message: Element, wsdl: str, *wrappers: str) -> bytes:
    """Return the SOAP 1.2 envelope of a message, in these elements of its service, the outer one first."""
    root = etree.Element(f"{{{SOAP12}}}Envelope", nsmap={"soap12": SOAP12})
    inner = etree.SubElement(root, f"{{{SOAP12}}}Body")
    for number, name in enumerate(wrappers):
        inner = etree.SubElement(inner, f"{{{wsdl}}}{name}", nsmap={None: wsdl} if number == 0 else None)
    inner.append(message)
    return bytes(etree.tostring(root, encoding=UTF8, xml_declaration=True))


def headers(action: str) -> dict[str, str]:
    """Return the headers of a call to an action."""
    return {
        "User-Agent": "Esteira",
        "Accept": "application/soap+xml, text/xml",
        "Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"',
    }
