"""An ntfy server in miniature: publish, subscribe, access and limits."""

from sandbox.ntfy.server import NtfyServer

__all__ = ["NtfyServer"]
