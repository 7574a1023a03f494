"""A mail server that takes everything and keeps nothing but counts: ``python bench/sink.py``.

Prints the port it listens on. For each line that it reads it prints how many messages came and how many of their
Message-IDs differ. It ends with its input.
"""

import asyncio
import json
import re
import sys

_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)

seen: set[bytes] = set()
count = 0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of RFC 5321 as a polite client needs."""
    global count  # noqa: PLW0603 -- one process, one count
    writer.write(b"220 sink ESMTP\r\n")
    while line := await reader.readline():
        command = line[:4].upper()
        if command == b"DATA":
            writer.write(b"354 Go on\r\n")
            message = await reader.readuntil(b"\r\n.\r\n")
            found = _ID.search(message)
            seen.add(found[1] if found else message)
            count += 1
        writer.write(b"221 Bye\r\n" if command == b"QUIT" else b"250 OK\r\n")
        await writer.drain()
        if command == b"QUIT":
            break
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=10_000_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while await commands.readline():
        print(json.dumps([count, len(seen)]), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
