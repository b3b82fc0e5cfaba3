"""Python functions as tools."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, Union

from ._schema import Schema, from_json, schema_of, to_json
from ._types import ToolCall

#: The namespace of functions that are given without one.
DEFAULT_NAMESPACE = "tools"

_CALL: contextvars.ContextVar[ToolCall] = contextvars.ContextVar("isolet.call")


def current_call() -> ToolCall:
    """Returns the call that runs the function which asks.

    Raises ``LookupError`` outside of a tool.
    """
    return _CALL.get()


@dataclass(frozen=True)
class Tool:
    """A function that programs can call, with what a signature does not say.

    Without ``input_schema`` the schema is made of the signature, and the function gets the properties of the argument
    by their names. With it the function gets one dictionary.
    """

    function: Callable[..., Any]
    name: str | None = None
    #: Default: the docstring.
    description: str | None = None
    input_schema: Schema | None = None
    #: Default: made of the type of the result, if it is annotated.
    output_schema: Schema | None = None
    #: True if ``approve`` is asked before each call.
    needs_approval: bool = False


_One: TypeAlias = Union[Tool, Callable[..., Any]]

#: Tools: functions by name, or with namespaces as mappings in the mapping, or functions with names of their own.
Tools: TypeAlias = Union[Mapping[str, Union[_One, Mapping[str, _One], Iterable[_One]]], Iterable[_One]]


class BoundTool:
    """A tool with its namespace, schemas and the way to call it."""

    def __init__(self, namespace: str, name: str, tool: Tool) -> None:
        self.namespace, self.name, self.needs_approval = namespace, name, tool.needs_approval
        function = tool.function
        described = inspect.getdoc(function) if inspect.isroutine(function) else None
        self._function = function
        self._takes_one = tool.input_schema is not None
        self._hints = _hints(function)
        output_schema = tool.output_schema
        if output_schema is None and "return" in self._hints:
            output_schema = schema_of(self._hints["return"], of_result=True)
        self._positional: list[str] = []
        input_schema = tool.input_schema or self._input_schema()
        self.definition: dict[str, Any] = {
            "namespace": namespace,
            "name": name,
            "description": tool.description or described,
            "inputSchema": input_schema,
            "outputSchema": output_schema,
            "approve": tool.needs_approval,
        }

    def _input_schema(self) -> Schema:
        try:
            signature = inspect.signature(self._function)
        except ValueError as error:
            raise TypeError(f"{self.name} has no signature; give it an input_schema") from error
        properties: dict[str, Schema] = {}
        required, is_open = [], False
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                is_open = True
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                raise TypeError(f"{self.name}: *{name} cannot be a property; give it an input_schema")
            if parameter.kind is parameter.POSITIONAL_ONLY:
                self._positional.append(name)
            schema = schema_of(self._hints.get(name, Any), f"#/properties/{name}")
            if parameter.default is parameter.empty:
                required.append(name)
            elif parameter.default is not None:
                try:
                    schema = {**schema, "default": to_json(parameter.default)}
                except TypeError:
                    pass  # It is optional all the same.
            properties[name] = schema
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": is_open,
        }

    async def call(self, call: ToolCall, executor: Executor) -> Any:
        """Calls the function: in a thread, unless it is a coroutine function."""
        _CALL.set(call)
        if self._takes_one:
            made = functools.partial(self._function, call.arguments)
        else:
            given = {
                name: from_json(value, self._hints.get(name, Any)) for name, value in call.arguments.items()
            }
            positional = []
            for name in self._positional:
                if name not in given:
                    break
                positional.append(given.pop(name))
            made = functools.partial(self._function, *positional, **given)
        result = await in_thread_or_loop(self._function, made, executor)
        return to_json(result)


async def in_thread_or_loop(function: Callable[..., Any], made: Callable[[], Any], executor: Executor) -> Any:
    if _is_async(function):
        return await made()
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    result = await loop.run_in_executor(executor, functools.partial(context.run, made))
    # A function that is not known to be asynchronous may be all the same, such as a lambda.
    return await result if inspect.isawaitable(result) else result


def _is_async(function: Callable[..., Any]) -> bool:
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)
    )


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    while isinstance(function, functools.partial):
        function = function.func
    if not inspect.isroutine(function):
        function = getattr(type(function), "__call__", function)
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError):
        # A hint that cannot be evaluated is any value.
        return {}


def bind(tools: Tools) -> dict[tuple[str, str], BoundTool]:
    """Returns the tools by namespace and name.

    Raises ``TypeError`` or ``ValueError`` if they are none, or have the same name.
    """
    bound: dict[tuple[str, str], BoundTool] = {}

    def add(namespace: str, name: str | None, one: Any) -> None:
        tool = one if isinstance(one, Tool) else Tool(one)
        if not callable(tool.function):
            raise TypeError(f"{name or tool.function!r} cannot be called")
        name = name or tool.name or getattr(tool.function, "__name__", None)
        if not name or name == "<lambda>":
            raise TypeError("a function without a name needs one")
        if (namespace, name) in bound:
            raise ValueError(f"two tools are called {namespace}.{name}")
        bound[namespace, name] = BoundTool(namespace, name, replace(tool, name=name))

    def add_all(namespace: str, group: Any) -> None:
        if isinstance(group, Mapping):
            for name, one in group.items():
                add(namespace, name, one)
        else:
            for one in group:
                add(namespace, None, one)

    if not isinstance(tools, Mapping):
        add_all(DEFAULT_NAMESPACE, tools)
        return bound
    for name, one in tools.items():
        if isinstance(one, Tool) or callable(one):
            add(DEFAULT_NAMESPACE, name, one)
        else:
            add_all(name, one)
    return bound
