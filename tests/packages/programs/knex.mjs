import knex from "knex";

export default async () => {
  const out = {};
  for (const client of ["pg", "mysql2", "better-sqlite3", "mssql"]) {
    const db = knex({ client, useNullAsDefault: true });
    const query = db("users as u")
      .select("u.id", { total: db.raw("count(??)", ["o.id"]) })
      .leftJoin("orders as o", function () {
        this.on("o.user", "u.id").andOnVal("o.state", "open");
      })
      .where({ "u.active": true })
      .whereIn("u.role", ["a", "b"])
      .andWhere((it) => it.where("u.age", ">", 18).orWhereNull("u.age"))
      .groupBy("u.id")
      .having("total", ">", 1)
      .orderBy([{ column: "u.id", order: "desc" }])
      .limit(10)
      .offset(20);
    const { sql, bindings } = query.toSQL().toNative();
    out[client] = {
      sql,
      bindings,
      text: query.toString(),
      insert: db("users")
        .insert([{ name: "O'Brien", n: 1 }, { name: null }])
        .returning("id")
        .toString(),
      update: db("users")
        .where("id", 5)
        .update({ name: "x", n: db.raw("n + 1") })
        .toString(),
      remove: db("users")
        .whereNotExists(db.select(1).from("orders").whereRaw("orders.user = users.id"))
        .del()
        .toString(),
      with: db
        .with("recent", db("orders").where("at", ">", "2024-01-01"))
        .select("*")
        .from("recent")
        .union([db("old")])
        .toString(),
      schema: db.schema
        .createTable("t", (table) => {
          table.increments("id");
          table.string("name", 50).notNullable().unique();
          table.decimal("price", 8, 2).defaultTo(0);
          table.json("data");
          table.integer("user").unsigned().references("users.id").onDelete("CASCADE");
          table.index(["name", "price"]);
        })
        .toString(),
      alter: db.schema
        .alterTable("t", (table) => {
          table.dropColumn("data");
          table.renameColumn("name", "title");
        })
        .toString(),
    };
    await db.destroy();
  }
  return out;
};
