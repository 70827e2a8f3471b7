import asyncio


class Chat:
    """Sends what one member says to the others."""

    def __init__(self):
        self.members = {}  # the writer of each task
        self.stopping = False

    async def start(self):
        self.server = await asyncio.start_server(self.member, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()

    def say(self, line, but=None):
        for writer in self.members.values():
            if writer is not but:
                writer.write(line)

    async def member(self, reader, writer):
        task = asyncio.current_task()
        self.members[task] = writer
        name = None
        try:
            name = (await reader.readline()).strip()
            self.say(name + b" joined\n")
            while line := await reader.readline():
                self.say(name + b": " + line, but=writer)
        finally:
            del self.members[task]
            if self.stopping:
                writer.write(b"chat closed\n")
            elif name:
                self.say(name + b" left\n")
            writer.close()
            await writer.wait_closed()  # what was written has been sent

    async def stop(self):
        self.server.close()
        self.stopping = True
        members = list(self.members)
        for member in members:
            member.cancel()
        await asyncio.gather(*members, return_exceptions=True)
        print("chat stopped")


class Client:
    def __init__(self, name):
        self.name = name

    async def join(self, address):
        self.reader, self.writer = await asyncio.open_connection(*address)
        self.say(self.name)

    def say(self, text):
        self.writer.write(f"{text}\n".encode())

    async def get(self):
        line = (await self.reader.readline()).decode().strip()
        print(f"{self.name} got:", line or "the end")


async def main():
    chat = Chat()
    address = await chat.start()
    red, blue = Client("red"), Client("blue")
    await red.join(address)
    await red.get()
    await blue.join(address)
    await red.get()
    await blue.get()
    red.say("hello")
    await blue.get()
    blue.writer.close()
    await red.get()
    await chat.stop()
    await red.get()
    await red.get()
    red.writer.close()


asyncio.run(main())
