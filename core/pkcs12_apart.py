"""`python -m core.pkcs12_apart`: open a PKCS#12 file (JSON on standard input) in a process that may be killed.

It answers by ending in time: whoever made a file chose how much work it asks for, and no thread can be interrupted.
"""

import base64
import contextlib
import json
import signal
import subprocess
import sys

# Of processor time once the process has started; where the system has no such bound, and for the start, by the clock.
CPU_SECONDS, PATIENCE_SECONDS = 1.0, 30.0


def opens_in_time(pfx: bytes, senha: str) -> bool:
    """Tell whether it takes no longer than an honest file to open it, or to see that it does not open."""
    asked = json.dumps({"pfx": base64.b64encode(pfx).decode(), "senha": senha}).encode()
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", __name__], input=asked, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    """Open the file and forget it."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    asked = json.loads(sys.stdin.buffer.read())
    pfx = base64.b64decode(asked["pfx"])
    _bound()
    # that it does not open is told by whoever opens it next
    with contextlib.suppress(Exception):
        pkcs12.load_key_and_certificates(pfx, asked["senha"].encode() or None)
    return 0


def _bound() -> None:
    if sys.platform != "win32":
        # its signal ends the process
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
