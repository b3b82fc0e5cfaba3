import {
  buildSchema,
  execute,
  extendSchema,
  getIntrospectionQuery,
  graphql,
  GraphQLEnumType,
  GraphQLError,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  subscribe,
  validate,
  visit,
} from "graphql";

const sdl = `"A user" type User { id: ID!, name(upper: Boolean = false): String!, friends(first: Int!): [User!]! @deprecated(reason: "slow"), fails: String }
interface Node { id: ID! } union Found = User | Post type Post implements Node { id: ID!, title: String } enum Order { ASC DESC } input Filter { text: String = "x", order: Order! = ASC, ids: [ID!] }
type Query { user(id: ID!): User, search(filter: Filter!): [Found!]!, count: Int! } type Mutation { rename(id: ID!, name: String!): User } type Subscription { ticks(to: Int!): Int! }`;

export default async () => {
  const schema = buildSchema(sdl);
  const names = { 1: "Ann", 2: "Bob" };
  const user = (id) => ({
    __typename: "User",
    id,
    name: ({ upper }) => (upper ? names[id].toUpperCase() : names[id]),
    friends: async ({ first }) => Object.keys(names).slice(0, first).map(user),
    fails: () => {
      throw new GraphQLError("no", { extensions: { code: "NO" } });
    },
  });
  const rootValue = {
    user: ({ id }) => (names[id] ? user(id) : null),
    search: ({ filter }) => [user(1), { __typename: "Post", id: "9", title: JSON.stringify(filter) }],
    count: () => null,
    rename: ({ id, name }) => {
      names[id] = name;
      return user(id);
    },
    async *ticks({ to }) {
      for (let n = 1; n <= to; n++) yield { ticks: n };
    },
  };
  const run = (source, variableValues) => graphql({ schema, source, rootValue, variableValues });
  const ticks = [];
  for await (const { data } of await subscribe({
    schema,
    document: parse("subscription { ticks(to: 3) }"),
    rootValue,
  }))
    ticks.push(data.ticks);
  const date = new GraphQLScalarType({
    name: "Date",
    serialize: (value) => value.toISOString(),
    parseValue: (value) => new Date(value),
    parseLiteral: (node) => (node.kind === Kind.STRING ? new Date(node.value) : null),
  });
  const own = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: "Query",
      fields: {
        at: { type: date, args: { plus: { type: date } }, resolve: (_, { plus }) => plus ?? new Date(0) },
        list: { type: new GraphQLList(new GraphQLNonNull(GraphQLInt)), resolve: () => [1, 2] },
        color: {
          type: new GraphQLEnumType({ name: "Color", values: { RED: { value: 7 } } }),
          resolve: () => 7,
        },
        text: { type: GraphQLString, resolve: (_, __, { who }) => who },
      },
    }),
  });
  const document = parse("query Q($a: Int = 1) { x: user(id: 1) { ...F } } fragment F on User { name }");
  const introspected = await run(getIntrospectionQuery());
  return {
    user: await run(
      "query($id: ID!, $u: Boolean!) { user(id: $id) { id name(upper: $u) friends(first: 2) { ...on User { name } } fails } }",
      { id: "1", u: true },
    ),
    search: await run(
      "{ search(filter: { ids: [1] }) { __typename ... on User { name } ... on Post { title } } }",
    ),
    nulls: await run("{ count }"),
    renamed: await run(
      'mutation { rename(id: 2, name: "Bea") { name @include(if: true) id @skip(if: true) } }',
    ),
    syntax: await run("{ user(id: 1 }"),
    ticks,
    invalid: validate(
      schema,
      parse("{ user { nam } search(filter: { order: UP }) { title } unknown ...F }"),
    ).map(({ message, locations }) => [message, locations]),
    own: execute({
      schema: own,
      document: parse('{ at(plus: "2020-01-01") list color text }'),
      contextValue: { who: "me" },
    }),
    printed: print(
      visit(document, { Name: (node) => (node.value === "name" ? { ...node, value: "id" } : undefined) }),
    ),
    sdl: printSchema(
      lexicographicSortSchema(extendSchema(schema, parse("extend type Query { more: String }"))),
    ),
    types: introspected.data.__schema.types.length,
  };
};
