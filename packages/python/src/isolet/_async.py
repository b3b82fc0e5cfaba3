"""Code Mode in an event loop."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from ._connection import Command, Connection
from ._errors import CommandError, ProgramError, Rejected
from ._tools import Tools, bind, in_thread_or_loop
from ._types import Approver, Execution, Limits, ToolCall

#: The functions that are no coroutines and run at a time.
_MAX_THREADS = 32


class AsyncCodeMode:
    """Runs programs of models against tools: ``async with AsyncCodeMode(tools) as code_mode``.

    Each program runs in a sandbox of its own, in the process of the command ``isolet``, which must be installed.
    Functions that are no coroutines run in threads.
    """

    def __init__(
        self,
        tools: Tools = (),
        *,
        command: Command | None = None,
        limits: Limits | None = None,
        modules: Mapping[str, str] | None = None,
        namespaces: Mapping[str, str] | None = None,
        approve: Approver | None = None,
    ) -> None:
        """
        :param tools: functions by name. See ``isolet.Tools``.
        :param command: the command, if it is not ``isolet`` on the path.
        :param limits: limits of each program.
        :param modules: sources of JavaScript modules that programs can import, by name.
        :param namespaces: descriptions of namespaces for the model.
        :param approve: decides about calls of tools with ``needs_approval``. Without it they are rejected.
        """
        self._tools = bind(tools)
        self._command, self._limits = command, limits or Limits()
        self._modules, self._namespaces, self._approve = modules or {}, namespaces or {}, approve
        self._connection: Connection | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._made: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        if self._connection is not None:
            raise CommandError("it is open already")
        self._threads = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="isolet")
        memory_bytes = self._limits.memory_bytes
        self._connection = await Connection.start(self._command, memory_bytes, self._serve)
        try:
            self._made = await self._connection.request(
                "createTool",
                {
                    "tools": [tool.definition for tool in self._tools.values()],
                    "namespaces": dict(self._namespaces),
                    "modules": dict(self._modules),
                    "limits": self._limits.to_json(),
                },
            )
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all programs and the command."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
        if self._threads is not None:
            # A function that runs in a thread cannot be stopped.
            self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def declarations(self) -> str:
        """The interface of the tools in TypeScript."""
        return str(self._made["declarations"])

    @property
    def description(self) -> str:
        """A description for the model, with the declarations, of a tool that runs programs."""
        return str(self._made["description"])

    async def execute(self, code: str) -> Execution:
        """Runs the answer of a model. A program that fails is an execution with an ``error``.

        Cancelling the task ends the program at once.
        """
        return await self._execute({"tool": self._made["tool"], "code": code})

    async def run(self, code: str) -> Any:
        """Runs the answer of a model and returns its value.

        Raises ``ProgramError`` if it fails.
        """
        return value_of(await self.execute(code))

    def session(self) -> AsyncSession:
        """Returns a session: ``async with code_mode.session() as session``."""
        return AsyncSession(self)

    async def _request(self, method: str, params: dict[str, Any]) -> Any:
        if self._connection is None:
            raise CommandError("it is not open")
        return await self._connection.request(method, params)

    async def _execute(self, params: dict[str, Any]) -> Execution:
        return Execution.from_json(await self._request("execute", params))

    async def _serve(self, method: str, params: dict[str, Any]) -> Any:
        namespace, name = params["namespace"], params["name"]
        call = ToolCall(namespace, name, params["arguments"], params["call"], params["idempotencyKey"])
        tool = self._tools[namespace, name]
        assert self._threads is not None
        if method == "callTool":
            return {"value": await tool.call(call, self._threads)}
        if method == "approve":
            return await self._decide(call)
        raise CommandError(f"there is no method {method}")

    async def _decide(self, call: ToolCall) -> dict[str, Any]:
        if self._approve is None:
            return {"approved": False, "reason": "nobody can approve this call"}
        assert self._threads is not None
        approve = self._approve
        try:
            approved = await in_thread_or_loop(approve, lambda: approve(call), self._threads)
        except Rejected as error:
            return {"approved": False, "reason": str(error)}
        return {"approved": approved is True}


class AsyncSession:
    """Programs that run one after the other and share their variables."""

    def __init__(self, code_mode: AsyncCodeMode) -> None:
        self._code_mode = code_mode
        self._session: str | None = None

    async def __aenter__(self) -> Self:
        made = await self._code_mode._request("createSession", {"tool": self._code_mode._made["tool"]})
        self._session = made["session"]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the session and what runs in it."""
        session, self._session = self._session, None
        if session is not None:
            try:
                await self._code_mode._request("closeSession", {"session": session})
            except CommandError:
                pass  # It has ended by itself.

    async def execute(self, code: str) -> Execution:
        """Runs the answer of a model, as ``AsyncCodeMode.execute`` does."""
        if self._session is None:
            raise CommandError("the session is not open")
        return await self._code_mode._execute({"session": self._session, "code": code})

    async def run(self, code: str) -> Any:
        """Runs the answer of a model and returns its value.

        Raises ``ProgramError`` if it fails.
        """
        return value_of(await self.execute(code))


def value_of(execution: Execution) -> Any:
    if execution.error is not None:
        raise ProgramError(execution)
    return execution.value


async def run_async(
    code: str,
    tools: Tools = (),
    *,
    command: Command | None = None,
    limits: Limits | None = None,
    modules: Mapping[str, str] | None = None,
    approve: Approver | None = None,
) -> Any:
    """Runs one program and returns its value. The command is started for it and ended.

    Raises ``ProgramError`` if it fails.
    """
    options: dict[str, Any] = {
        "command": command,
        "limits": limits,
        "modules": modules,
        "approve": approve,
    }
    async with AsyncCodeMode(tools, **options) as code_mode:
        return await code_mode.run(code)
