"""A server in which something happens by itself every few seconds, as it does where people work."""

import asyncio
from abc import abstractmethod

from sandbox.server import SandboxServer


class Busy(SandboxServer):
    """Something happens when it starts, and again each time that `every` seconds have gone by."""

    every: float

    @abstractmethod
    async def happen(self) -> None:
        """Let the next thing happen."""

    async def start(self, port: int = 0) -> None:
        """Serve, and let things happen."""
        await super().start(port)
        self._life = asyncio.create_task(self._live())

    async def finish(self) -> None:
        """Let nothing more happen, and stop serving."""
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)
        await super().finish()

    async def _live(self) -> None:
        while True:
            await self.happen()
            await asyncio.sleep(self.every)
