import * as z from "zod";

const Address = z.object({
  street: z.string().min(1),
  zip: z.string().regex(/^\d{5}$/),
  country: z.enum(["DE", "FR"]).default("DE"),
});
const User = z
  .object({
    id: z.uuid(),
    email: z.email(),
    age: z.coerce.number().int().min(18),
    address: Address.optional(),
    role: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("admin"), level: z.number() }),
      z.object({ kind: z.literal("guest") }),
    ]),
    tags: z.array(z.string().trim().toLowerCase()).max(3),
    meta: z.record(z.string(), z.unknown()).nullish(),
    born: z.iso.date(),
  })
  .strict();
const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});

export default async () => {
  const good = {
    id: "0b8b2b0e-3b2a-4f57-9d2c-0d5d5b7b3c11",
    email: "a@example.com",
    age: "42",
    address: { street: "x", zip: "12345" },
    role: { kind: "admin", level: 2 },
    tags: [" A ", "b"],
    meta: { x: 1 },
    born: "2000-02-29",
  };
  const bad = User.safeParse({
    ...good,
    id: "no",
    email: "x",
    age: 3,
    role: { kind: "other" },
    tags: ["a", "b", "c", "d"],
    born: "2001-02-29",
    extra: 1,
  });
  const refined = z
    .object({ a: z.string(), b: z.string() })
    .refine(({ a, b }) => a === b, { error: "differ", path: ["b"] });
  const slow = z
    .string()
    .refine(async (text) => text.length > 2, "short")
    .transform(async (text) => text.toUpperCase());
  return {
    good: User.parse(good),
    issues: bad.error.issues,
    tree: z.treeifyError(bad.error),
    flat: z.flattenError(bad.error),
    pretty: z.prettifyError(bad.error),
    schema: z.toJSONSchema(User),
    nested: Tree.parse({ name: "a", children: [{ name: "b", children: [] }] }),
    refined: refined.safeParse({ a: "1", b: "2" }).error.issues,
    slow: [await slow.parseAsync("abc"), (await slow.safeParseAsync("a")).success],
    partial: Address.partial().parse({}),
    picked: Object.keys(User.pick({ id: true, email: true }).shape),
    template: z.templateLiteral(["v", z.number()]).safeParse("v12").success,
    codec: z
      .codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      })
      .decode("2024-01-01T00:00:00Z")
      .getTime(),
  };
};
