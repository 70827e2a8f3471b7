import asyncio


class Supervisor:
    """Keeps tasks running whatever becomes of the others, and prints errors."""

    def __init__(self):
        self.tasks = set()
        self.failed = asyncio.Event()

    def start(self, coro, name):
        task = asyncio.create_task(coro, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.ended)

    def ended(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            print(f"{task.get_name()}: {error}")
            self.failed.set()

    async def wait(self):
        while self.tasks:
            await asyncio.wait(self.tasks)


async def index():
    raise ValueError("index damaged")


async def backup(failed):
    await failed.wait()
    raise AssertionError("no disk there")  # a bug ends this task only


async def mail(sent):
    await asyncio.sleep(0.01)
    sent.append("the weekly letter")


async def main():
    sent = []
    supervisor = Supervisor()
    supervisor.start(index(), "index")
    supervisor.start(backup(supervisor.failed), "backup")
    supervisor.start(mail(sent), "mail")
    await supervisor.wait()
    print("sent", sent[0])


asyncio.run(main())
