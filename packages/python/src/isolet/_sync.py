"""Code Mode without an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from ._async import AsyncCodeMode, AsyncSession
from ._connection import Command
from ._errors import CommandError
from ._tools import Tools
from ._types import Approver, Execution, Limits

_T = TypeVar("_T")


class CodeMode:
    """Runs programs of models against tools: ``with CodeMode(tools) as code_mode``.

    The arguments are those of ``AsyncCodeMode``. Functions run in threads, and coroutine functions in an event loop
    in a thread of its own, so that several calls run at once. Its methods can be called from any thread.
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
        self._inner = AsyncCodeMode(
            tools,
            command=command,
            limits=limits,
            modules=modules,
            namespaces=namespaces,
            approve=approve,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._loop is not None:
            raise CommandError("it is open already")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="isolet", daemon=True)
        self._thread.start()
        try:
            self._wait(self._inner.__aenter__())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all programs and the command."""
        if self._loop is None:
            return
        try:
            self._wait(self._inner.close())
        finally:
            self._stop()

    @property
    def declarations(self) -> str:
        """The interface of the tools in TypeScript."""
        return self._inner.declarations

    @property
    def description(self) -> str:
        """A description for the model, with the declarations, of a tool that runs programs."""
        return self._inner.description

    def execute(self, code: str) -> Execution:
        """Runs the answer of a model. A program that fails is an execution with an ``error``."""
        return self._wait(self._inner.execute(code))

    def run(self, code: str) -> Any:
        """Runs the answer of a model and returns its value.

        Raises ``ProgramError`` if it fails.
        """
        return self._wait(self._inner.run(code))

    def session(self) -> Session:
        """Returns a session: ``with code_mode.session() as session``."""
        return Session(self)

    def _wait(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """Waits for a coroutine, and cancels it if this thread is interrupted."""
        if self._loop is None:
            coroutine.close()
            raise CommandError("it is not open")
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _stop(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(_settle(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()


async def _settle() -> None:
    """Waits for what was cancelled."""
    own = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not own]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Session:
    """Programs that run one after the other and share their variables."""

    def __init__(self, code_mode: CodeMode) -> None:
        self._code_mode = code_mode
        self._inner = AsyncSession(code_mode._inner)

    def __enter__(self) -> Self:
        self._code_mode._wait(self._inner.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the session and what runs in it."""
        self._code_mode._wait(self._inner.close())

    def execute(self, code: str) -> Execution:
        """Runs the answer of a model, as ``CodeMode.execute`` does."""
        return self._code_mode._wait(self._inner.execute(code))

    def run(self, code: str) -> Any:
        """Runs the answer of a model and returns its value.

        Raises ``ProgramError`` if it fails.
        """
        return self._code_mode._wait(self._inner.run(code))


def run(
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
    with CodeMode(tools, **options) as code_mode:
        return code_mode.run(code)
