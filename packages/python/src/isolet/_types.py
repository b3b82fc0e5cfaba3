"""What goes in and comes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

#: A value that crosses as JSON.
Json: TypeAlias = Any


@dataclass(frozen=True)
class Limits:
    """Limits of each program. ``None`` stands for the default of the command."""

    #: Operations of Wasm. Default: 5,000,000,000, a quarter to half a second.
    fuel: int | None = None
    #: Default: 128 MiB.
    memory_bytes: int | None = None
    #: Seconds, with the time of calls and approvals. Default: 30.
    wall: float | None = None
    #: Bytes of what it writes with ``console``. Default: 1 MiB.
    log_bytes: int | None = None
    #: Calls of tools. Default: 10,000.
    calls: int | None = None
    #: Calls of tools at a time; others wait. Default: 1,000.
    concurrency: int | None = None
    #: Bytes of the result as JSON. A longer one is cut. Default: 65,536.
    result_bytes: int | None = None

    def to_json(self) -> dict[str, Json]:
        fields = {
            "fuel": self.fuel,
            "memoryBytes": self.memory_bytes,
            "wallMs": None if self.wall is None else round(self.wall * 1000),
            "logBytes": self.log_bytes,
            "calls": self.calls,
            "concurrency": self.concurrency,
            "resultBytes": self.result_bytes,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool by a program."""

    namespace: str
    name: str
    #: The argument. It has been checked against the schema of the tool's input.
    arguments: Json
    #: The number of the call among the calls of its program or session, from 0.
    index: int
    #: A key that no other call has.
    idempotency_key: str


#: Decides about a call. Returns true, returns false, or raises ``Rejected`` with a reason.
Approver: TypeAlias = Callable[[ToolCall], bool | Awaitable[bool]]


@dataclass(frozen=True)
class Log:
    """A line that a program has written with ``console``."""

    level: Literal["debug", "info", "log", "warn", "error"]
    message: str


@dataclass(frozen=True)
class CallRecord:
    """A call that a program has made."""

    namespace: str
    tool: str
    #: ``None`` also if there was no room to record it.
    arguments: Json
    outcome: Literal["done", "failed", "refused", "unfinished"]
    #: The value of a call that is done, or that has failed because it is not as the schema of its result has it.
    #: ``None`` also if there was no room to record it.
    value: Json
    #: Why a call failed or was refused.
    reason: str | None


@dataclass(frozen=True)
class Usage:
    """What a program has used."""

    fuel: int
    memory_peak_bytes: int
    capability_calls: int
    #: Seconds.
    wall: float


@dataclass(frozen=True)
class ErrorInfo:
    """Why a program has no value."""

    name: str
    message: str
    #: The place in the program, from 1.
    line: int | None
    column: int | None
    #: That line with a mark below the column.
    frame: str | None


@dataclass(frozen=True)
class Execution:
    """The outcome of a program."""

    #: ``ok``, or the kind of the failure.
    outcome: str
    #: What the program returned.
    value: Json
    error: ErrorInfo | None
    #: True if the value was too long, and is a text with its beginning.
    is_cut: bool
    #: All of it as text for a model.
    text: str
    logs: list[Log]
    #: The calls, in their order: at most 1,000.
    calls: list[CallRecord]
    calls_made: int
    usage: Usage
    #: True if the session has ended with this program.
    session_ended: bool

    @classmethod
    def from_json(cls, json: dict[str, Json]) -> Execution:
        error, usage = json.get("error"), json["usage"]
        return cls(
            outcome=json["outcome"],
            value=json.get("result"),
            error=error
            and ErrorInfo(
                error["name"], error["message"], error.get("line"), error.get("column"), error.get("frame")
            ),
            is_cut=json["isCut"],
            text=json["text"],
            logs=[Log(it["level"], it["message"]) for it in json["logs"]],
            calls=[
                CallRecord(
                    it["namespace"],
                    it["tool"],
                    it.get("arguments"),
                    it["outcome"],
                    it.get("value"),
                    it.get("reason"),
                )
                for it in json["calls"]
            ],
            calls_made=json["callsMade"],
            usage=Usage(
                usage["fuel"],
                usage["memoryPeakBytes"],
                usage["capabilityCalls"],
                usage["wallMicros"] / 1_000_000,
            ),
            session_ended=json["sessionEnded"],
        )
