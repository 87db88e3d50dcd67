"""A notice as a message: text and HTML, its pictures inside, files beside; every header is one line of our making.

RFC 5322, RFC 2045, RFC 2387, RFC 8058, RFC 3834. Headers are encoded here: the library's own folding of texts that are
not ASCII breaks some of them.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, quote
from hashlib import sha256

from core.email_address import Mailbox
from events.email.content import Anexo, Imagem, one_line
from events.email.rendering import Escrito

CRLF = "\r\n"
# What begins so is read as something else than it is.
_CODED = "=?"
_TEXT = Charset("utf-8")
_TEXT.body_encoding = QP
_PLAIN = compat32.clone(linesep=CRLF, max_line_length=0)


@dataclass(frozen=True)
class Heading:
    """Who gets it from whom, when, and by which name it is known: the same at each attempt."""

    sender: Mailbox
    recipient: Mailbox
    identity: str
    instant: datetime
    cancelar: str | None = None

    @property
    def message_id(self) -> str:
        """Its Message-ID, without brackets."""
        return f"{self.identity}@{self.sender.domain}"

    def cid_of(self, nome: str) -> str:
        """Return the Content-ID of a picture: no two messages share one."""
        return f"{nome}.{sha256(self.message_id.encode()).hexdigest()[:16]}@{self.sender.domain}"


def identity_of(message_id: str, destino_id: int, address: str) -> str:
    """Return the name of a message: that of its delivery and its recipient, at each attempt the same."""
    own = sha256(f"{message_id}\n{destino_id}\n{address}".encode()).hexdigest()[:12]
    return f"{message_id}.{own}"


def compose(written: Escrito, heading: Heading) -> bytes:
    """Return the message as it goes over the wire."""
    body = _body(written, heading)
    lines = [f"{name}: {value}" for name, value in _headers(written, heading)]
    return f"{CRLF.join(lines)}{CRLF}".encode() + _bytes(body)


def _headers(written: Escrito, heading: Heading) -> Sequence[tuple[str, str]]:
    given = [
        ("From", _mailbox(heading.sender, "From")),
        ("To", _mailbox(heading.recipient, "To")),
        ("Subject", _encoded(one_line(written.assunto), "Subject")),
        ("Date", format_datetime(heading.instant)),
        ("Message-ID", f"<{heading.message_id}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    if heading.cancelar:
        given.append(("List-Unsubscribe", f"<{heading.cancelar}>"))
        if heading.cancelar.startswith("https:"):
            given.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return given


def _mailbox(mailbox: Mailbox, header: str) -> str:
    name = one_line(mailbox.name)
    if not name:
        return mailbox.address
    shown = f'"{quote(name)}"' if name.isascii() and _CODED not in name else _encoded(name, header)
    return f"{shown} <{mailbox.address}>"


def _encoded(text: str, header: str) -> str:
    if text.isascii() and _CODED not in text:
        return text
    return Header(text, "utf-8", header_name=header, maxlinelen=76).encode(linesep=CRLF)


def _body(written: Escrito, heading: Heading) -> MIMEBase:
    """Return mixed(related(alternative(text, html), pictures), files), as far as there are any."""
    body: MIMEBase = _multipart("alternative", [_text(written.texto, "plain"), _text(written.html, "html")])
    if written.imagens:
        pictures = [_picture(one, heading.cid_of(one.nome)) for one in written.imagens]
        body = _multipart("related", [body, *pictures], type="multipart/alternative")
    if written.anexos:
        body = _multipart("mixed", [body, *map(_file, written.anexos)])
    return body


def _multipart(subtype: str, parts: Sequence[MIMEBase], **parameters: str) -> MIMEMultipart:
    made = MIMEMultipart(subtype)
    for name, value in parameters.items():
        made.set_param(name, value)
    for part in parts:
        # the whole message says it once
        del part["MIME-Version"]
        made.attach(part)
    return made


def _text(text: str, subtype: str) -> MIMEBase:
    # half of a character cannot be sent
    whole = text.encode("utf-8", "replace").decode()
    return MIMEText(whole, subtype, _TEXT)  # type: ignore[arg-type]


def _picture(picture: Imagem, cid: str) -> MIMEBase:
    made = MIMEImage(picture.png, "png")
    made["Content-ID"] = f"<{cid}>"
    made.add_header("Content-Disposition", "inline", filename=f"{picture.nome}.png")
    return made


def _file(given: Anexo) -> MIMEBase:
    made = MIMEApplication(given.conteudo)
    made.replace_header("Content-Type", f'{given.tipo}; charset="utf-8"')
    made.add_header("Content-Disposition", "attachment", filename=given.nome)
    return made


def _bytes(message: MIMEBase) -> bytes:
    written = io.BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=_PLAIN).flatten(message, linesep=CRLF)
    return written.getvalue()
