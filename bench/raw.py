"""The reference: aiohttp posting the same bodies, no database, no signature. `python -m bench.raw PORT AMOUNT`.

It prints the seconds that passed and the CPU seconds it took.
"""

import asyncio
import sys
import time

import aiohttp

IN_FLIGHT = 8
BODY = b'{"evento":"alerta_aberto","dados":{"mensagem":"' + b"x" * 900 + b'"}}'


async def post_all(port: int, amount: int) -> float:
    """Return the seconds that `amount` requests took."""
    left = iter(range(amount))
    async with aiohttp.ClientSession() as session:

        async def lane() -> None:
            for _ in left:
                async with session.post(f"http://127.0.0.1:{port}/x", data=BODY) as response:
                    await response.read()

        began = time.perf_counter()
        await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))
        return time.perf_counter() - began


if __name__ == "__main__":
    before = time.process_time()
    passed = asyncio.run(post_all(int(sys.argv[1]), int(sys.argv[2])))
    print(passed, time.process_time() - before)
