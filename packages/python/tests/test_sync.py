import os
import signal
import subprocess
import sys
import threading
import unittest
from typing import Any

import isolet
from isolet import CodeMode, CommandError, Limits, ProgramError, Rejected, Tool, ToolCall

from .support import COMMAND


def add(a: int, b: int = 10) -> int:
    """Adds two numbers."""
    return a + b


def fail() -> None:
    raise ValueError("the disk is full")


class Run(unittest.TestCase):
    def test_functions_are_tools(self) -> None:
        self.assertEqual(isolet.run("await tools.add({ a: 1 })", [add], command=COMMAND), 11)
        self.assertEqual(isolet.run("await tools.plus({ a: 1, b: 2 })", {"plus": add}, command=COMMAND), 3)
        code = "await math.add({ a: 1, b: 1 }) + await math.double({ x: 4 })"
        tools = {"math": {"add": add, "double": lambda x: 2 * x}}
        self.assertEqual(isolet.run(code, tools, command=COMMAND), 10)
        self.assertEqual(isolet.run("1 + 1", command=COMMAND), 2)
        code = "const it = await tools.f({}); [it.a === null, it]"
        self.assertEqual(isolet.run(code, {"f": lambda: {"a": None}}, command=COMMAND), [True, {"a": None}])

    def test_errors_are_exceptions(self) -> None:
        with self.assertRaises(ProgramError) as caught:
            isolet.run("const n = await tools.add({ a: 1 });\nn.x.y", [add], command=COMMAND)
        error = caught.exception
        self.assertEqual(error.outcome, "exception")
        self.assertIn("TypeError", str(error))
        self.assertIn("at line 2", str(error))
        self.assertIn('- tools.add({"a":1}) returned 11', str(error))
        assert error.execution.error is not None
        self.assertEqual(error.execution.error.line, 2)
        self.assertEqual(error.execution.calls[0].value, 11)

    def test_arguments_are_checked(self) -> None:
        with self.assertRaisesRegex(ProgramError, "tools.add: input.a must be an integer"):
            isolet.run("await tools.add({ a: 'x' })", [add], command=COMMAND)

    def test_what_functions_raise_can_be_caught(self) -> None:
        code = "try { await tools.fail() } catch (error) { return `${error.name}: ${error.message}` }"
        self.assertEqual(isolet.run(code, [fail], command=COMMAND), "ToolError: the disk is full")
        code = "try { await tools.f({}) } catch (error) { return error.message }"
        found = isolet.run(code, {"f": lambda: object()}, command=COMMAND)
        self.assertEqual(found, "a value of the type object has no JSON")
        self.assertIn("not JSON compliant", isolet.run(code, {"f": lambda: float("nan")}, command=COMMAND))

    def test_a_value_that_is_too_long_is_an_error_of_its_call(self) -> None:
        code = "try { return (await tools.f({})).length } catch (error) { return error.message }"
        limits = Limits(memory_bytes=96 << 20)
        for size, expected in [(8_000_000, 8_000_000), (9_000_000, None)]:
            found = isolet.run(code, {"f": lambda: "x" * size}, command=COMMAND, limits=limits)
            if expected is None:
                self.assertIn("at most 8388608 can be passed on", found)
            else:
                self.assertEqual(found, expected)

    def test_limits_hold(self) -> None:
        with self.assertRaises(ProgramError) as caught:
            isolet.run("while (true) {}", command=COMMAND, limits=Limits(fuel=10_000_000))
        self.assertEqual(caught.exception.outcome, "exceededCpu")
        with self.assertRaises(ProgramError) as caught:
            wait = threading.Event()
            try:
                isolet.run("await tools.wait()", {"wait": lambda: wait.wait()}, command=COMMAND, limits=Limits(wall=0.3))
            finally:
                wait.set()
        self.assertEqual(caught.exception.outcome, "exceededWallTime")
        code = "new ArrayBuffer(150 << 20).byteLength"
        with self.assertRaises(ProgramError):
            isolet.run(code, command=COMMAND)
        large = Limits(memory_bytes=256 << 20)
        self.assertEqual(isolet.run(code, command=COMMAND, limits=large), 150 << 20)

    def test_modules_can_be_imported(self) -> None:
        code = "import { half } from 'half.js'; half(4)"
        modules = {"half.js": "export const half = (x) => x / 2"}
        self.assertEqual(isolet.run(code, command=COMMAND, modules=modules), 2)

    def test_a_missing_command_is_named(self) -> None:
        with self.assertRaisesRegex(CommandError, "/no/such/isolet cannot be started"):
            isolet.run("1", command="/no/such/isolet")
        with self.assertRaisesRegex(CommandError, "has ended"):
            isolet.run("1", command="true")
        with self.assertRaisesRegex(CommandError, "no message"):
            isolet.run("1", command=["sh", "-c", "echo hello; cat >/dev/null"])

    def test_wrong_tools_are_refused(self) -> None:
        with self.assertRaises(TypeError):
            CodeMode({"f": 5})  # type: ignore[arg-type]
        with self.assertRaises(TypeError):
            CodeMode([lambda: 1])
        with self.assertRaises(ValueError):
            CodeMode([add, add])
        with self.assertRaises(TypeError):
            CodeMode({"f": lambda *args: args})
        with self.assertRaisesRegex(CommandError, "same name|get the name|both"):
            isolet.run("1", {"a-b": add, "a.b": add}, command=COMMAND)


class Mode(unittest.TestCase):
    def test_many_programs(self) -> None:
        with CodeMode([add], command=COMMAND, namespaces={"tools": "Arithmetic."}) as code_mode:
            self.assertIn("/** Adds two numbers. */", code_mode.declarations)
            self.assertIn("Arithmetic.", code_mode.declarations)
            self.assertIn(code_mode.declarations, code_mode.description)
            execution = code_mode.execute("console.log('hi'); await tools.add({ a: 1 })")
            self.assertEqual((execution.value, execution.logs[0].message), (11, "hi"))
            self.assertEqual(execution.text, "11\n\nconsole:\nhi")
            self.assertGreater(execution.usage.fuel, 0)
            failed = code_mode.execute("nothing")
            assert failed.error is not None
            self.assertEqual((failed.error.name, failed.value), ("ReferenceError", None))
        with self.assertRaises(CommandError):
            code_mode.run("1")

    def test_calls_of_a_program_run_at_once(self) -> None:
        barrier = threading.Barrier(3)

        def meet(n: int) -> int:
            barrier.wait(60)
            return n

        with CodeMode([meet], command=COMMAND) as code_mode:
            code = "await Promise.all([1, 2, 3].map((n) => tools.meet({ n })))"
            self.assertEqual(code_mode.run(code), [1, 2, 3])

    def test_threads_share_it(self) -> None:
        found: list[Any] = []
        with CodeMode([add], command=COMMAND) as code_mode:
            code = "await tools.add({ a: %d })"
            threads = [
                threading.Thread(target=lambda n=n: found.append(code_mode.run(code % n))) for n in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(sorted(found), list(range(10, 18)))

    def test_coroutine_functions_are_tools(self) -> None:
        async def twice(x: float) -> float:
            return 2 * x

        self.assertEqual(isolet.run("await tools.twice({ x: 1.5 })", [twice], command=COMMAND), 3)

    @unittest.skipIf(os.name == "nt", "there are no such signals")
    def test_an_interrupt_ends_the_program(self) -> None:
        program = """if True:
            import isolet, signal, sys
            # A shell in the background has its commands ignore it.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            code = "await tools.began(); while (true) {}"
            limits = isolet.Limits(fuel=2**62, wall=86_400)
            tools = {"began": lambda: print("began", flush=True)}
            isolet.run(code, tools, command=sys.argv[1], limits=limits)
        """
        arguments = [sys.executable, "-c", program, COMMAND]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stderr is not None
            self.assertEqual(process.stdout.readline(), b"began\n")
            process.send_signal(signal.SIGINT)
            self.assertIn(b"KeyboardInterrupt", process.stderr.read())

    def test_sessions_share_variables(self) -> None:
        with CodeMode([add], command=COMMAND, limits=Limits(fuel=50_000_000)) as code_mode:
            with code_mode.session() as session:
                session.run("let sum = await tools.add({ a: 1 })")
                self.assertEqual(session.run("sum + 1"), 12)
                self.assertFalse(session.execute("sum").session_ended)
                self.assertTrue(session.execute("while (true) {}").session_ended)
            self.assertEqual(code_mode.run("typeof sum"), "undefined")

    def test_calls_wait_for_approval(self) -> None:
        asked: list[ToolCall] = []

        def approve(call: ToolCall) -> bool:
            asked.append(call)
            if call.arguments["a"] == 3:
                raise Rejected("not three")
            return bool(call.arguments["a"] == 1)

        tools = [Tool(add, needs_approval=True)]
        code = """const call = (a) => tools.add({ a }).catch((error) => `${error.name}: ${error.message}`);
            [await call(1), await call(2), await call(3)]"""
        found = isolet.run(code, tools, command=COMMAND, approve=approve)
        self.assertEqual(found, [11, "RejectedError: the call was rejected", "RejectedError: not three"])
        self.assertEqual([(it.name, it.index) for it in asked], [("add", 0), ("add", 1), ("add", 2)])
        found = isolet.run(code, tools, command=COMMAND)
        self.assertEqual(found[0], "RejectedError: nobody can approve this call")

    def test_a_tool_knows_its_call(self) -> None:
        keys: list[str] = []

        def key() -> None:
            keys.append(isolet.current_call().idempotency_key)

        isolet.run("await tools.key(); await tools.key()", [key], command=COMMAND)
        self.assertEqual(len(set(keys)), 2)
        with self.assertRaises(LookupError):
            isolet.current_call()

    def test_a_given_schema_replaces_the_signature(self) -> None:
        schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
        tool = Tool(lambda arguments: arguments["n"] + 1, name="next", description="Counts.", input_schema=schema)
        with CodeMode([tool], command=COMMAND) as code_mode:
            self.assertIn("Counts.", code_mode.declarations)
            self.assertEqual(code_mode.run("await tools.next({ n: 1 })"), 2)
            with self.assertRaisesRegex(ProgramError, "input.n"):
                code_mode.run("await tools.next({ n: 0 })")


if __name__ == "__main__":
    unittest.main()
