"""When the pieces of the service's speech arrive: a plain client that only listens to the clock.

``python -m tests.e2e.arrivals URL CA WAV`` speaks the WAV in real time and prints a JSON line for each piece:
{"at": ms on the monotonic clock, "response": its id, "bytes": how much sound}, 0 bytes at the end of each response.
"""

import asyncio
import base64
import json
import ssl
import sys
import time
from pathlib import Path

from websockets.asyncio.client import connect

from tests.bench.plain_client import settings, speak


async def run(url: str, ca_file: str, wav: Path) -> None:
    """One conversation."""
    trust = ssl.create_default_context(cafile=ca_file)
    headers = {"Authorization": "Bearer of-the-tests"}
    async with connect(url, ssl=trust, additional_headers=headers, ping_interval=None, max_size=None) as socket:
        await socket.send(json.dumps(settings("en", "es")))
        async for raw in socket:
            if json.loads(raw).get("type") == "session.updated":
                break
        speaking = asyncio.create_task(speak(socket, wav))
        async for raw in socket:
            at = int(time.monotonic() * 1_000)
            message = json.loads(raw)
            kind = message.get("type")
            if kind in ("response.audio.delta", "response.audio.done"):
                size = len(base64.b64decode(message.get("delta", "")))
                print(json.dumps({"at": at, "response": message["response_id"], "bytes": size}), flush=True)
            elif kind == "session.finished":
                break
        await speaking


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
