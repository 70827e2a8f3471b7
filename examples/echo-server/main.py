import asyncio


class EchoServer:
    """Sends each line back to where it came from."""

    def __init__(self):
        self.connections = set()

    async def start(self):
        self.server = await asyncio.start_server(self.echo, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()

    async def echo(self, reader, writer):
        task = asyncio.current_task()
        self.connections.add(task)
        try:
            while line := await reader.readline():
                writer.write(line)
                await writer.drain()
        finally:
            self.connections.discard(task)
            writer.close()

    async def stop(self):
        self.server.close()
        connections = list(self.connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        print("server stopped")


async def exchange(reader, writer, text):
    writer.write(f"{text}\n".encode())
    return (await reader.readline()).decode().strip()


async def main():
    server = EchoServer()
    address = await server.start()
    reader, writer = await asyncio.open_connection(*address)
    idle_reader, idle_writer = await asyncio.open_connection(*address)
    print("echo:", await exchange(reader, writer, "hello"))
    print("echo:", await exchange(idle_reader, idle_writer, "world"))
    writer.close()

    # A connection on which nothing comes does not delay the stop.
    await server.stop()
    if not await idle_reader.read():
        print("connection closed")
    idle_writer.close()


asyncio.run(main())
