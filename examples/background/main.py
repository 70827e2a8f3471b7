import asyncio


class Supervisor:
    """Keeps tasks going whatever becomes of the others, and tells of errors."""

    def __init__(self):
        self.tasks = set()
        self.told = asyncio.Event()

    def start(self, coro, name):
        task = asyncio.create_task(coro, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.ended)

    def ended(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            print(f"{task.get_name()}: {error}")
            self.told.set()

    async def wait(self):
        while self.tasks:
            await asyncio.wait(self.tasks)


async def index():
    raise ValueError("index damaged")


async def backup(told):
    await told.wait()
    raise OSError("disk full")


async def mail(sent):
    await asyncio.sleep(0.01)
    sent.append("the weekly letter")


async def main():
    sent = []
    supervisor = Supervisor()
    supervisor.start(index(), "index")
    supervisor.start(backup(supervisor.told), "backup")
    supervisor.start(mail(sent), "mail")
    await supervisor.wait()
    print("sent", sent[0])


asyncio.run(main())
