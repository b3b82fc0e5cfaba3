"""Runs programs that models write against Python functions, in sandboxes of isolet.

>>> import isolet
>>> def temperature(city: str) -> int:
...     "The temperature of a city in degrees Celsius."
...     return len(city) * 5
>>> isolet.run("await tools.temperature({ city: 'Rome' }) + 1", tools=[temperature])
21

The command ``isolet`` must be installed.
"""

from ._async import AsyncCodeMode, AsyncSession, run_async
from ._connection import Command
from ._errors import CommandError, IsoletError, ProgramError, Rejected
from ._sync import CodeMode, Session, run
from ._tools import Tool, Tools, current_call
from ._types import Approver, CallRecord, ErrorInfo, Execution, Limits, Log, ToolCall, Usage

__all__ = [
    "Approver",
    "AsyncCodeMode",
    "AsyncSession",
    "CallRecord",
    "CodeMode",
    "Command",
    "CommandError",
    "ErrorInfo",
    "Execution",
    "IsoletError",
    "Limits",
    "Log",
    "ProgramError",
    "Rejected",
    "Session",
    "Tool",
    "ToolCall",
    "Tools",
    "Usage",
    "current_call",
    "run",
    "run_async",
]
