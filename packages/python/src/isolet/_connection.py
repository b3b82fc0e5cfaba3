"""The command ``isolet code-mode`` and its protocol."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from ._errors import CommandError

#: The command, or the command and its first arguments.
Command: TypeAlias = str | os.PathLike[str] | Sequence[str]

#: Answers a request of the command.
Handler: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[Any]]

_VERSION = 1

#: The maximum number of bytes of a message before the command has said its limit.
_MESSAGE_BYTES = 8 << 20

#: The maximum number of bytes of a message of the command's.
_MAX_LINE_BYTES = 256 << 20

#: The seconds that the command has to end by itself.
_GRACE = 5.0


def command_line(command: Command | None, memory_bytes: int | None) -> list[str]:
    if command is None:
        first = ["isolet"]
    elif isinstance(command, str | os.PathLike):
        first = [os.fspath(command)]
    else:
        first = list(command)
    memory = [] if memory_bytes is None else ["--memory", str(memory_bytes)]
    return [*first, "code-mode", *memory]


def to_line(message: dict[str, Any]) -> bytes:
    text = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    # Python's texts can have halves of surrogate pairs, which UTF-8 lacks.
    return text.encode(errors="replace") + b"\n"


class Connection:
    """A running command. It belongs to the event loop that it was started in."""

    def __init__(self, process: asyncio.subprocess.Process, name: str, handler: Handler) -> None:
        self._process, self._name, self._handler = process, name, handler
        self._pending: dict[int, asyncio.Future[Any]] = {}
        #: What is done for the command, by the ids of its requests.
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._last = 0
        self._message_bytes = _MESSAGE_BYTES
        self._ended: CommandError | None = None
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command: Command | None, memory_bytes: int | None, handler: Handler) -> Connection:
        arguments = command_line(command, memory_bytes)
        try:
            process = await asyncio.create_subprocess_exec(
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_MAX_LINE_BYTES,
                # So that ctrl-C reaches the host alone, which decides.
                start_new_session=True,
            )
        except OSError as error:
            raise CommandError(f"{arguments[0]} cannot be started: {error}") from error
        connection = cls(process, arguments[0], handler)
        try:
            client = {"name": "isolet (Python)"}
            ready = await connection.request("initialize", {"protocolVersion": _VERSION, "client": client})
            connection._message_bytes = ready["limits"]["messageBytes"]
        except BaseException:
            await connection.close()
            raise
        return connection

    async def request(self, method: str, params: dict[str, Any]) -> Any:
        """Sends a request and waits for its answer. If the task is cancelled, so is the request."""
        if self._ended is not None:
            raise self._ended
        self._last += 1
        id = self._last
        line = to_line({"id": id, "method": method, "params": params})
        if len(line) > self._message_bytes:
            raise CommandError(f"{method}: a message has at most {self._message_bytes} bytes")
        future = asyncio.get_running_loop().create_future()
        self._pending[id] = future
        try:
            await self._write(line)
            return await future
        except asyncio.CancelledError:
            if self._pending.get(id) is future and self._ended is None:
                self._stdin.write(to_line({"method": "cancel", "params": {"id": id}}))
            raise
        finally:
            self._pending.pop(id, None)

    async def close(self) -> None:
        """Ends the command and all that runs in it."""
        self._end(CommandError("the connection was closed"))
        self._stdin.close()
        try:
            async with asyncio.timeout(_GRACE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        finally:
            self._reading.cancel()

    @property
    def _stdin(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    async def _write(self, line: bytes) -> None:
        try:
            self._stdin.write(line)
            await self._stdin.drain()
        except ConnectionError:
            pass  # The end of the output says why.

    def _end(self, error: CommandError) -> None:
        if self._ended is not None:
            return
        self._ended = error
        for task in self._serving.values():
            task.cancel()
        for future in self._pending.values():
            if not future.done():
                future.set_exception(error)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        reason = "has written a line that is too long or no message"
        try:
            while line := await self._process.stdout.readline():
                self._receive(json.loads(line))
            reason = f"has ended (exit status {await self._process.wait()})"
        except (ValueError, KeyError, TypeError, AttributeError):
            self._process.kill()
        self._end(CommandError(f"{self._name} {reason}"))

    def _receive(self, message: dict[str, Any]) -> None:
        method, id = message.get("method"), message.get("id")
        if method == "cancel":
            task = self._serving.get(message["params"]["id"])
            if task is not None:
                task.cancel()
        elif method is not None and id is not None:
            task = asyncio.create_task(self._serve(id, method, message["params"]))
            self._serving[id] = task
            task.add_done_callback(lambda _: self._serving.pop(id, None))
        elif id is not None:
            future = self._pending.get(id)
            if future is None or future.done():
                return
            error = message.get("error")
            if error is None:
                future.set_result(message["result"])
            else:
                future.set_exception(CommandError(error["message"], error["code"]))

    async def _serve(self, id: int, method: str, params: dict[str, Any]) -> None:
        try:
            line = to_line({"id": id, "result": await self._handler(method, params)})
            if len(line) > self._message_bytes:
                raise ValueError(
                    f"the value has {len(line)} bytes, and at most {self._message_bytes} can be passed on"
                )
        except Exception as error:
            message = str(error) or type(error).__name__
            line = to_line({"id": id, "error": {"code": -32000, "message": message}})
        if self._ended is None:
            await self._write(line)
