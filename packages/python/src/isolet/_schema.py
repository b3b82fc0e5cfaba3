"""JSON Schemas of type hints, and values of these types.

Known are ``str``, ``int``, ``float``, ``bool``, ``None``, ``Any``, ``list``, ``tuple``, ``set``, ``dict`` with texts as
keys, ``Literal``, unions, enumerations, ``TypedDict``, dataclasses, models of pydantic, and
``Annotated[T, "description"]``. Everything else is any value. Arguments are enumerations, dataclasses and models where
the hint says so; other values are as ``json`` makes them.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal, Union, get_args, get_origin

Schema = dict[str, Any]

_SIMPLE: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    types.NoneType: {"type": "null"},
}
_LISTS = (list, tuple, set, frozenset, Sequence, AbstractSet)
_MAPS = (dict, Mapping)

#: The steps to the deepest place of a schema, as types may contain themselves. Below it is any value.
_MAX_DEPTH = 16


def schema_of(hint: Any, at: str = "#", *, of_result: bool = False) -> Schema:
    """Returns the JSON Schema of a type hint, which stands at a place of a larger schema.

    The schema of a result is that of what ``to_json`` makes of a value, which may have more properties: those of a
    subclass.
    """
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    if at.count("/") > _MAX_DEPTH:
        return {}
    origin, arguments = get_origin(hint), get_args(hint)

    def inner(it: Any, *path: str | int) -> Schema:
        return schema_of(it, "/".join([at, *map(str, path)]), of_result=of_result)

    if origin is typing.Annotated:
        schema = inner(arguments[0])
        texts = [it for it in arguments[1:] if isinstance(it, str)]
        return schema | ({"description": texts[0]} if texts else {})
    if origin in (typing.Required, typing.NotRequired):
        return inner(arguments[0])
    if origin is Literal:
        return {"enum": [it.value if isinstance(it, enum.Enum) else it for it in arguments]}
    if origin in (Union, types.UnionType):
        return {"anyOf": [inner(it, "anyOf", index) for index, it in enumerate(arguments)]}
    if (origin or hint) in _LISTS:
        if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
            items = [inner(it, "prefixItems", index) for index, it in enumerate(arguments)]
            return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
        return {"type": "array"} | ({"items": inner(arguments[0], "items")} if arguments else {})
    if (origin or hint) in _MAPS:
        rest = {"additionalProperties": inner(arguments[1], "additionalProperties")} if arguments else {}
        return {"type": "object"} | rest
    if not isinstance(hint, type):
        return {}
    if issubclass(hint, enum.Enum):
        return {"enum": [it.value for it in hint]}
    if hasattr(hint, "model_json_schema"):
        ref_template = at + "/$defs/{model}"
        if of_result:
            schema = hint.model_json_schema(by_alias=False, ref_template=ref_template, mode="serialization")
        else:
            schema = hint.model_json_schema(ref_template=ref_template)
        return schema if isinstance(schema, dict) else {}
    required: list[str] = []
    if dataclasses.is_dataclass(hint):
        fields = [it for it in dataclasses.fields(hint) if it.init or of_result]
        required = [it.name for it in fields if not _has_default(it)]
        names = [it.name for it in fields]
    elif typing.is_typeddict(hint):
        names = list(hint.__annotations__)
        required = [it for it in names if it in hint.__required_keys__]  # type: ignore[attr-defined]
    else:
        return {}
    hints = typing.get_type_hints(hint, include_extras=True)
    properties = {name: inner(hints[name], "properties", name) for name in names}
    schema = {"type": "object", "properties": properties, "required": required}
    return schema if of_result else schema | {"additionalProperties": False}


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def from_json(value: Any, hint: Any) -> Any:
    """Returns the value of a type for a JSON value that fits its schema."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is typing.Annotated:
        return from_json(value, arguments[0])
    if origin in (Union, types.UnionType):
        return _of_union(value, arguments)
    if isinstance(value, list) and (origin or hint) in _LISTS:
        if origin is tuple and Ellipsis not in arguments:
            return tuple(from_json(it, of) for it, of in zip(value, arguments, strict=True))
        of = arguments[0] if arguments else Any
        make = {tuple: tuple, set: set, frozenset: frozenset, AbstractSet: set}.get(origin or hint, list)
        return make(from_json(it, of) for it in value)
    if isinstance(value, dict) and (origin or hint) in _MAPS:
        of = arguments[1] if arguments else Any
        return {key: from_json(it, of) for key, it in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(hint, type):
        return value
    if issubclass(hint, enum.Enum):
        return hint(value)
    if hasattr(hint, "model_validate"):
        return hint.model_validate(value)
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        hints = typing.get_type_hints(hint, include_extras=True)
        return hint(**{name: from_json(it, hints.get(name, Any)) for name, it in value.items()})
    return value


def _of_union(value: Any, members: tuple[Any, ...]) -> Any:
    """Returns the value of the first member that makes something of it."""
    if value is None:
        return None
    for member in members:
        if member in _SIMPLE or member is Any:
            kind = member if isinstance(member, type) else types.NoneType
            if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
                return value
            continue
        try:
            made = from_json(value, member)
        except (TypeError, ValueError, KeyError):
            continue
        if made is not value:
            return made
    return value


def to_json(value: Any) -> Any:
    """Returns a value as what ``json`` can write.

    Raises ``TypeError`` if it has no JSON.
    """
    if isinstance(value, enum.Enum):
        return to_json(value.value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {_key(key): to_json(it) for key, it in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(it) for it in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {it.name: to_json(getattr(value, it.name)) for it in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"a value of the type {type(value).__name__} has no JSON")


def _key(key: Any) -> str:
    key = to_json(key)
    if not isinstance(key, str):
        raise TypeError("the keys of a dictionary must be texts")
    return key
