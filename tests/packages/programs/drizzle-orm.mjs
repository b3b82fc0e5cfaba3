import { and, asc, count, desc, eq, gt, ilike, inArray, isNull, or, relations, sql } from "drizzle-orm";
import {
  alias,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  QueryBuilder,
  serial,
  text,
  timestamp,
  uniqueIndex,
  varchar,
  getTableConfig,
} from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pg-proxy";
import { drizzle as sqlite } from "drizzle-orm/sqlite-proxy";
import * as s from "drizzle-orm/sqlite-core";

const role = pgEnum("role", ["admin", "user"]);
const users = pgTable(
  "users",
  {
    id: serial("id").primaryKey(),
    name: varchar("name", { length: 100 }).notNull(),
    role: role("role").default("user"),
    manager: integer("manager_id"),
    data: jsonb("data"),
    at: timestamp("created_at").defaultNow(),
  },
  (it) => [
    uniqueIndex("name_index").on(it.name),
    index("role_index").on(it.role),
    check("name_check", sql`length(${it.name}) > 1`),
  ],
);
const posts = pgTable("posts", {
  id: serial("id").primaryKey(),
  author: integer("author_id").references(() => users.id, { onDelete: "cascade" }),
  title: text("title"),
});
const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));
const postsRelations = relations(posts, ({ one }) => ({
  author: one(users, { fields: [posts.author], references: [users.id] }),
}));

export default async () => {
  const sent = [];
  const db = drizzle(
    async (text, params, method) => {
      sent.push([text, params, method]);
      return {
        rows:
          method === "all" && text.startsWith('select "id", "title"')
            ? [
                [1, "One"],
                [2, "Two"],
              ]
            : [],
      };
    },
    { schema: { users, posts, usersRelations, postsRelations } },
  );
  const rows = await db.select({ id: posts.id, title: posts.title }).from(posts).where(gt(posts.id, 0));
  await db
    .insert(users)
    .values([
      { name: "a", data: { x: [1] } },
      { name: "b", role: "admin" },
    ])
    .onConflictDoUpdate({ target: users.name, set: { role: "user" } })
    .returning({ id: users.id });
  await db
    .update(users)
    .set({ name: sql`upper(${users.name})` })
    .where(or(isNull(users.manager), inArray(users.id, [1, 2])));
  await db.delete(posts).where(eq(posts.id, 3));
  await db.query.users.findMany({
    with: { posts: { columns: { title: true }, limit: 2 } },
    where: ilike(users.name, "%x%"),
    orderBy: [desc(users.id)],
  });
  const boss = alias(users, "boss");
  const builder = new QueryBuilder();
  const sub = builder
    .select({ author: posts.author, n: count().as("n") })
    .from(posts)
    .groupBy(posts.author)
    .as("sub");
  const joined = builder
    .with()
    .select({ name: users.name, boss: boss.name, n: sub.n })
    .from(users)
    .leftJoin(boss, eq(users.manager, boss.id))
    .innerJoin(sub, eq(sub.author, users.id))
    .where(and(gt(sub.n, 3), eq(users.role, "admin")))
    .orderBy(asc(users.name))
    .limit(5);
  const t = s.sqliteTable("t", {
    id: s.integer().primaryKey({ autoIncrement: true }),
    flag: s.integer({ mode: "boolean" }),
    blob: s.blob({ mode: "json" }),
  });
  const lite = sqlite(async (text, params, method) => {
    sent.push([text, params, method]);
    return { rows: method === "all" ? [[1, 1, '{"a":2}']] : [] };
  });
  const config = getTableConfig(users);
  return {
    rows,
    lite: await lite.select({ id: t.id, flag: t.flag }).from(t).where(eq(t.flag, true)),
    sent,
    joined: joined.toSQL(),
    config: [
      config.name,
      config.columns.map((it) => [it.name, it.getSQLType(), it.notNull]),
      config.indexes.length,
      config.checks[0].name,
    ],
  };
};
