import asyncio
from asyncio.staggered import staggered_race


async def connect(address):
    print("trying", address)
    match address:
        case "2001:db8::1":  # does not answer
            try:
                await asyncio.sleep(3600)
            finally:
                print("gave up", address)
        case "192.0.2.1":
            raise ConnectionRefusedError
    return f"connection to {address}"


async def main():
    # The next address is tried when the one before has failed, or has not
    # answered for a while.
    connection, _, errors = await staggered_race(
        [
            lambda: connect("2001:db8::1"),
            lambda: connect("192.0.2.1"),
            lambda: connect("192.0.2.2"),
        ],
        delay=0.25,
    )
    if connection is None:
        raise ExceptionGroup("no address answers", errors)
    print("got", connection)


asyncio.run(main())
