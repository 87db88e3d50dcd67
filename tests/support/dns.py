"""A name server of this machine that knows some texts."""

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset
from dns.resolver import Resolver


@contextmanager
def names(texts: Mapping[str, Sequence[str]], *, silent: bool = False) -> Iterator[Resolver]:
    """Serve these texts by name, and no other names; a `silent` one answers nothing. Return who asks it."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            raw, peer = self.request
            asked = dns.message.from_wire(raw)
            if silent:
                return
            answer = dns.message.make_response(asked)
            name = asked.question[0].name
            found = texts.get(name.to_text(omit_final_dot=True))
            if found:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *(f'"{one}"' for one in found)))
            elif found is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            peer.sendto(answer.to_wire(), self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        try:
            yield resolver
        finally:
            server.shutdown()
            thread.join()
