import asyncio
import unittest

import isolet
from isolet import AsyncCodeMode, CommandError, Limits, ProgramError

from .support import COMMAND

FOREVER = Limits(fuel=2**62, wall=86_400)


class Run(unittest.IsolatedAsyncioTestCase):
    async def test_coroutines_run_in_the_loop_of_the_caller(self) -> None:
        loop = asyncio.get_running_loop()

        async def is_here() -> bool:
            return asyncio.get_running_loop() is loop

        self.assertIs(await isolet.run_async("await tools.is_here()", [is_here], command=COMMAND), True)

    async def test_programs_run_at_once(self) -> None:
        barrier = asyncio.Barrier(4)

        async def meet(n: int) -> int:
            await barrier.wait()
            return n

        async with AsyncCodeMode([meet], command=COMMAND) as code_mode:
            code = "await Promise.all([tools.meet({ n: %d }), tools.meet({ n: %d })])"
            found = await asyncio.gather(code_mode.run(code % (1, 2)), code_mode.run(code % (3, 4)))
        self.assertEqual(found, [[1, 2], [3, 4]])

    async def test_a_cancelled_task_ends_the_program(self) -> None:
        began = asyncio.Event()

        async def begin() -> None:
            began.set()

        async with AsyncCodeMode([begin], command=COMMAND, limits=FOREVER) as code_mode:
            for code in ["await tools.begin(); while (true) {}", "await tools.begin(); await new Promise(() => {})"]:
                began.clear()
                task = asyncio.create_task(code_mode.run(code))
                await began.wait()
                task.cancel()
                with self.assertRaises((asyncio.CancelledError, ProgramError)):
                    await task
            self.assertEqual(await code_mode.run("1"), 1)

    async def test_a_call_is_cancelled_with_its_program(self) -> None:
        began, cancelled = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            began.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                raise

        async with AsyncCodeMode([wait], command=COMMAND, limits=FOREVER) as code_mode:
            task = asyncio.create_task(code_mode.run("await tools.wait()"))
            await began.wait()
            task.cancel()
            async with asyncio.timeout(120):
                await cancelled.wait()
            with self.assertRaises(asyncio.CancelledError):
                await task

    async def test_a_time_limit_of_the_caller(self) -> None:
        async with AsyncCodeMode(command=COMMAND, limits=FOREVER) as code_mode:
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await code_mode.run("while (true) {}")
            self.assertEqual(await code_mode.run("2"), 2)

    async def test_approval_in_the_loop(self) -> None:
        async def approve(call: isolet.ToolCall) -> bool:
            return call.name == "yes"

        tools = [
            isolet.Tool(lambda: 1, name="yes", needs_approval=True),
            isolet.Tool(lambda: 2, name="no", needs_approval=True),
        ]
        code = "[await tools.yes(), await tools.no().catch((error) => error.name)]"
        found = await isolet.run_async(code, tools, command=COMMAND, approve=approve)
        self.assertEqual(found, [1, "RejectedError"])

    async def test_a_command_that_dies_fails_what_waits(self) -> None:
        async with AsyncCodeMode(command=COMMAND, limits=FOREVER) as code_mode:
            task = asyncio.create_task(code_mode.run("await new Promise((it) => setTimeout(it, 1e8))"))
            await asyncio.sleep(0)
            assert code_mode._connection is not None
            code_mode._connection._process.kill()
            with self.assertRaisesRegex(CommandError, "has ended"):
                await task
            with self.assertRaises(CommandError):
                await code_mode.run("1")

    async def test_sessions(self) -> None:
        async with AsyncCodeMode(command=COMMAND) as code_mode, code_mode.session() as session:
            await session.run("const xs = [1]; function sum() { return xs.reduce((a, b) => a + b) }")
            self.assertEqual(await session.run("xs.push(2); sum()"), 3)

    async def test_closing_ends_programs(self) -> None:
        code_mode = AsyncCodeMode(command=COMMAND, limits=FOREVER)
        async with code_mode:
            task = asyncio.create_task(code_mode.run("while (true) {}"))
            await asyncio.sleep(0)
        with self.assertRaises(CommandError):
            await task


if __name__ == "__main__":
    unittest.main()
