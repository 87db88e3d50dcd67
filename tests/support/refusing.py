"""A PostgreSQL server that refuses every login, in Portuguese, with the SQLSTATE it is told."""

import socket
import struct
import threading

# Requests for encryption come before the startup message; the answer is that there is none.
ENCRYPTION = (80877103, 80877104)
MESSAGE = 'autenticação do tipo senha falhou para o usuário "esteira"'


class RefusingServer:
    """Answers on a port of loopback until the end of the block."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = (
            f"postgresql://esteira:segredo@127.0.0.1:{self._door.getsockname()[1]}/esteira"  # pragma: allowlist secret
        )
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "RefusingServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            with caller:
                self._refuse(caller)

    def _refuse(self, caller: socket.socket) -> None:
        while True:
            length, kind = struct.unpack("!ii", caller.recv(8, socket.MSG_WAITALL))
            if kind not in ENCRYPTION:
                break
            caller.sendall(b"N")
        caller.recv(length - 8, socket.MSG_WAITALL)
        fields = {"S": "FATAL", "V": "FATAL", "C": self._code, "M": MESSAGE}
        body = b"".join(name.encode() + text.encode() + b"\0" for name, text in fields.items()) + b"\0"
        caller.sendall(b"E" + struct.pack("!i", len(body) + 4) + body)
