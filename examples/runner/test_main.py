import unittest

from main import total


class TotalTest(unittest.IsolatedAsyncioTestCase):
    async def test_adds_up(self):
        self.assertEqual(await total("a", "bb", "ccc"), 6)

    async def test_fails_with_any_word(self):
        with self.assertRaises(ExceptionGroup):
            await total("a", "")


if __name__ == "__main__":
    unittest.main()
