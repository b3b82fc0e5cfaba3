"""What can go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._types import Execution


class IsoletError(Exception):
    """The base of the errors of this package."""


class CommandError(IsoletError):
    """The command cannot be started, has ended, or has refused a request."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        #: The code of JSON-RPC, if the command has refused a request.
        self.code = code


class ProgramError(IsoletError):
    """A program has failed. The message is what a model should see: the error, the line of the program with a
    mark, and the calls that had been made."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(execution.text)
        self.execution = execution

    @property
    def outcome(self) -> str:
        """The kind of the failure, such as ``exception`` or ``exceededCpu``."""
        return self.execution.outcome


class Rejected(IsoletError):
    """Raised by an ``approve`` function to reject a call with a reason for the model."""
