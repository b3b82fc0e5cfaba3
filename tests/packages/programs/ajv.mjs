import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";

export default async () => {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, coerceTypes: true, removeAdditional: true });
  ajv.addKeyword({
    keyword: "even",
    type: "number",
    schemaType: "boolean",
    validate: (on, value) => !on || value % 2 === 0,
  });
  ajv.addSchema({
    $id: "defs.json",
    definitions: { name: { type: "string", minLength: 2, pattern: "^[A-Z]" } },
  });
  const validate = ajv.compile({
    type: "object",
    additionalProperties: false,
    required: ["name", "count"],
    properties: {
      name: { $ref: "defs.json#/definitions/name" },
      count: { type: "integer", even: true, maximum: 10 },
      on: { type: "boolean", default: true },
      list: { type: "array", items: { anyOf: [{ type: "number" }, { const: "x" }] }, uniqueItems: true },
    },
    if: { properties: { count: { const: 2 } } },
    then: { required: ["list"] },
  });
  const data = { name: "Ann", count: "4", extra: 1 };
  const good = validate(data);
  const bad = validate({ name: "a", count: 11, list: [1, 1, "y"] });
  const tree = new Ajv2020().compile({
    $id: "tree",
    $dynamicAnchor: "node",
    type: "object",
    properties: { v: { type: "number" }, c: { type: "array", items: { $dynamicRef: "#node" } } },
    unevaluatedProperties: false,
  });
  const late = new Ajv({ loadSchema: async (uri) => ({ $id: uri, type: "number" }) });
  const loaded = await late.compileAsync({ $id: "root", properties: { a: { $ref: "far.json" } } });
  let thrown;
  try {
    ajv.compile({ type: "nothing" });
  } catch ({ message }) {
    thrown = message;
  }
  return {
    good,
    data,
    bad,
    errors: validate.errors,
    text: ajv.errorsText(validate.errors),
    tree: [tree({ v: 1, c: [{ v: 2, c: [] }] }), tree({ c: [{ x: 1 }] }), tree.errors],
    loaded: [loaded({ a: 1 }), loaded({ a: "1" })],
    thrown,
  };
};
