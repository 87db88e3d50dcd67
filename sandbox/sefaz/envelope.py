"""SOAP envelopes: read strictly, written in version 1.2 or 1.1."""

from xml.sax.saxutils import escape

from lxml import etree

SOAP12, SOAP11 = "http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"
# The codes of 1.2 by their names in 1.1.
_IN_11 = {"Receiver": "Server", "Sender": "Client", "VersionMismatch": "VersionMismatch"}
_PROLOG = '<?xml version="1.0" encoding="utf-8"?>'


class SoapFault(Exception):
    """The message as such cannot be taken; `args` are the code in 1.2 and the reason."""


def payload(body: bytes, *path: tuple[str, str]) -> etree._Element:
    """Return the element in the innermost of these (namespace, name) elements, from the Body on.

    Raises:
        SoapFault: this is no such envelope.
    """
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        raise SoapFault("Sender", "Unable to read the message.") from None
    if root.tag != f"{{{SOAP12}}}Envelope":
        raise SoapFault("VersionMismatch", "The SOAP version is not supported.")
    found = root
    for ns, name in ((SOAP12, "Body"), *path):
        inner = [one for one in found if one.tag == f"{{{ns}}}{name}"]
        if len(inner) != 1 or len([one for one in found if one.tag != f"{{{SOAP12}}}Header"]) != 1:
            raise SoapFault("Sender", f"Expected one element {name} of {ns}.")
        found = inner[0]
    if len(found) != 1:
        raise SoapFault("Sender", "Expected one message.")
    return found[0]


def edited(message: etree._Element) -> bool:
    """Tell whether there is white space around a message or between its tags."""
    holder = message.getparent()
    texts = [holder.text if holder is not None else None, message.tail]
    for one in message.iter():
        if len(one):
            texts += [one.text, *(inner.tail for inner in one)]
    return any(texts)


def prefixed(message: etree._Element) -> bool:
    """Tell whether an element of a message has a prefix."""
    return any(one.prefix for one in message.iter())


def answer(inner: str, wrappers: tuple[str, ...], wsdl: str, version: str) -> bytes:
    """Return an envelope with an answer in the wrappers, the outer one first."""
    opening = "".join(
        f'<{name} xmlns="{wsdl}">' if number == 0 else f"<{name}>" for number, name in enumerate(wrappers)
    )
    closing = "".join(f"</{name}>" for name in reversed(wrappers))
    return _envelope(f"{opening}{inner}{closing}", version)


def fault_text(code: str, reason: str, version: str) -> bytes:
    """Return an envelope with a fault."""
    said = escape(reason)
    if version == SOAP11:
        return _envelope(
            f"<soap:Fault><faultcode>soap:{_IN_11[code]}</faultcode><faultstring>{said}</faultstring></soap:Fault>",
            version,
        )
    return _envelope(
        f"<soap:Fault><soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code><soap:Reason>"
        f'<soap:Text xml:lang="en">{said}</soap:Text></soap:Reason></soap:Fault>',
        version,
    )


def _envelope(inner: str, version: str) -> bytes:
    return f'{_PROLOG}<soap:Envelope xmlns:soap="{version}"><soap:Body>{inner}</soap:Body></soap:Envelope>'.encode()
