import dataclasses
import enum
import importlib.util
import unittest
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, NotRequired, Optional, TypedDict

import isolet
from isolet._schema import from_json, schema_of, to_json
from isolet._tools import BoundTool, Tool

from .support import COMMAND


class Unit(enum.Enum):
    CELSIUS = "C"
    FAHRENHEIT = "F"


@dataclasses.dataclass
class Place:
    city: str
    unit: Unit = Unit.CELSIUS
    tags: list[str] = dataclasses.field(default_factory=list)
    next: Optional["Place"] = None


class Options(TypedDict):
    limit: int
    page: NotRequired[int]


class Schemas(unittest.TestCase):
    def test_types_have_schemas(self) -> None:
        for hint, expected in [
            (str, {"type": "string"}),
            (int, {"type": "integer"}),
            (float, {"type": "number"}),
            (bool, {"type": "boolean"}),
            (None, {"type": "null"}),
            (Any, {}),
            (object, {}),
            (list, {"type": "array"}),
            (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
            (dict[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
            (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
            (Literal["a", 1], {"enum": ["a", 1]}),
            (Unit, {"enum": ["C", "F"]}),
            (Annotated[str, "a name"], {"type": "string", "description": "a name"}),
            (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
            (
                tuple[int, str],
                {
                    "type": "array",
                    "prefixItems": [{"type": "integer"}, {"type": "string"}],
                    "minItems": 2,
                    "maxItems": 2,
                },
            ),
        ]:
            with self.subTest(hint=hint):
                self.assertEqual(schema_of(hint), expected)

    def test_objects_have_schemas(self) -> None:
        schema = schema_of(Options)
        self.assertEqual(schema["required"], ["limit"])
        self.assertEqual(list(schema["properties"]), ["limit", "page"])
        self.assertIs(schema["additionalProperties"], False)
        schema = schema_of(Place)
        self.assertEqual(schema["required"], ["city"])
        # A type that contains itself ends somewhere.
        self.assertEqual(schema["properties"]["next"]["anyOf"][0]["required"], ["city"])

    def test_signatures_have_schemas(self) -> None:
        def find(query: Annotated[str, "words"], /, limit: int = 5, *, deep: bool, **rest: Any) -> list[str]:
            """Finds."""
            return []

        definition = BoundTool("t", "find", Tool(find)).definition
        self.assertEqual(definition["description"], "Finds.")
        schema = definition["inputSchema"]
        self.assertEqual(schema["required"], ["query", "deep"])
        self.assertEqual(schema["properties"]["limit"], {"type": "integer", "default": 5})
        self.assertIs(schema["additionalProperties"], True)
        self.assertEqual(definition["outputSchema"], {"type": "array", "items": {"type": "string"}})

    def test_values_get_their_types(self) -> None:
        place = from_json({"city": "Rome", "unit": "F", "next": {"city": "Oslo"}}, Place)
        self.assertEqual(place, Place("Rome", Unit.FAHRENHEIT, [], Place("Oslo")))
        self.assertEqual(from_json([1, [2]], tuple[int, list[float]]), (1, [2.0]))
        self.assertEqual(from_json({"a": "C"}, dict[str, Unit]), {"a": Unit.CELSIUS})
        self.assertEqual(from_json("C", int | Unit | None), Unit.CELSIUS)
        self.assertEqual(from_json("x", int | str), "x")
        self.assertIsNone(from_json(None, Place | None))
        self.assertEqual(from_json([1, 1], set[int]), {1})

    def test_values_have_json(self) -> None:
        value = {"place": Place("Rome", next=Place("Oslo")), "on": date(2026, 1, 2), "pair": (1, {2})}
        oslo: dict[str, Any] = {"city": "Oslo", "unit": "C", "tags": [], "next": None}
        rome = {"city": "Rome", "unit": "C", "tags": [], "next": oslo}
        self.assertEqual(to_json(value), {"place": rome, "on": "2026-01-02", "pair": [1, [2]]})
        for wrong in [object(), {1: 2}, b"x", {"a": [object()]}]:
            with self.assertRaises(TypeError):
                to_json(wrong)

    def test_results_may_have_more_than_their_type_says(self) -> None:
        @dataclasses.dataclass
        class Part:
            a: int
            b: int = dataclasses.field(init=False, default=2)

        properties = {"a": {"type": "integer"}, "b": {"type": "integer"}}
        expected = {"type": "object", "properties": properties, "required": ["a"]}
        self.assertEqual(schema_of(Part, of_result=True), expected)

    @unittest.skipIf(importlib.util.find_spec("pydantic") is None, "pydantic is not installed")
    def test_models_of_pydantic_cross(self) -> None:
        from pydantic import BaseModel

        class Inner(BaseModel):
            n: int
            next: "Inner | None" = None

        class Outer(BaseModel):
            inner: Inner

        def count(outers: list[Outer], one: Inner | None = None) -> Outer:
            assert all(isinstance(it, Outer) for it in outers) and isinstance(one, Inner)
            return outers[0]

        count.__annotations__ = {"outers": list[Outer], "one": Inner | None, "return": Outer}
        code = "await tools.count({ outers: [{ inner: { n: 1, next: { n: 2 } } }], one: { n: 3 } })"
        found = isolet.run(code, [count], command=COMMAND)
        self.assertEqual(found, {"inner": {"n": 1, "next": {"n": 2, "next": None}}})
        with self.assertRaisesRegex(isolet.ProgramError, r"input\.outers\[0\]\.inner\.next"):
            isolet.run(code.replace("n: 2", "n: 'x'"), [count], command=COMMAND)

    def test_typed_arguments_cross(self) -> None:
        def visit(place: Place, options: Options, units: list[Unit]) -> dict[str, Any]:
            assert isinstance(place, Place) and isinstance(place.next, Place)
            assert units == [Unit.FAHRENHEIT]
            return {"place": place, "limit": options["limit"]}

        code = """await tools.visit({
            place: { city: 'Rome', next: { city: 'Oslo' } }, options: { limit: 3 }, units: ['F'] })"""
        found = isolet.run(code, [visit], command=COMMAND)
        self.assertEqual((found["place"]["next"]["city"], found["limit"]), ("Oslo", 3))
        with self.assertRaisesRegex(isolet.ProgramError, r"input\.units\[0\]"):
            isolet.run(code.replace("'F'", "'K'"), [visit], command=COMMAND)


if __name__ == "__main__":
    unittest.main()
