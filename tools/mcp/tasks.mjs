// The tasks of the comparison: what there is in the folder, and what is written for a model on each
// side. `ROOT` stands for the folder. On the side of plain calls, each entry of `turns` is one
// answer of the model: calls that do not need one another's results are in one. It may look at the
// results of the turns before. On the other side, the model searches, and then writes one program,
// `code`, with `look` before it if it does not take the form of the data for granted.
const count = (length, of) => Array.from({ length }, (_, n) => of(n));
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const SERVICES = [
  "accounts",
  "billing",
  "catalog",
  "delivery",
  "exports",
  "gateway",
  "ledger",
  "mailer",
  "orders",
  "pricing",
  "search",
  "uploads",
];
const ERRORS = ["connection reset by peer", "deadline exceeded", "no such customer", "disk quota exceeded"];

const log = (service, at) =>
  count(60, (n) => {
    const time = `2026-11-03T${String(8 + Math.floor(n / 6)).padStart(2, "0")}:${String((n * 7 + at) % 60).padStart(2, "0")}:00Z`;
    return (n * (at + 3)) % 17 === 1 || (n + at) % 23 === 0
      ? `${time} ERROR ${service} ${ERRORS[(n + at * at) % ERRORS.length]} (request ${at * 1000 + n})`
      : `${time} INFO ${service} request ${at * 1000 + n} answered in ${(n * 13 + at * 7) % 90} ms`;
  });

const version = {
  name: "One value",
  prompt: "Which version has ROOT/package.json?",
  servers: ["files"],
  files: {
    "package.json": json({
      name: "shop",
      version: "4.11.2",
      private: true,
      type: "module",
      scripts: { build: "tsc -b", test: "node --test", start: "node dist/main.js" },
      dependencies: { hono: "^4.13.0", jose: "^6.2.0", pino: "^10.4.0", zod: "^4.6.0" },
    }),
  },
  turns: [() => [["files", "read_text_file", { path: "ROOT/package.json" }]]],
  value: (results) => JSON.parse(results[0][0]).version,
  queries: ["read a text file"],
  code: `const { content } = await files.read_text_file({ path: "ROOT/package.json" });
return JSON.parse(content).version;`,
  answer: (value) => `The version is ${value}.`,
};

const logs = Object.fromEntries(SERVICES.map((service, at) => [`logs/${service}.log`, log(service, at)]));
const summary = { errors: {}, most: "" };
const often = {};
for (const lines of Object.values(logs)) {
  for (const line of lines) {
    const [, service, message] = line.match(/ ERROR (\S+) (.*) \(/) ?? [];
    if (service) {
      summary.errors[service] = (summary.errors[service] ?? 0) + 1;
      often[message] = (often[message] ?? 0) + 1;
    }
  }
}
summary.most = Object.keys(often).sort((a, b) => often[b] - often[a])[0];

const errors = {
  name: "Errors in 12 logs",
  prompt:
    "Count the errors of each service in the logs in ROOT/logs, and find the message that is most frequent " +
    'over all of them. Write {"errors": {service: count}, "most": message} to ROOT/summary.json, as JSON ' +
    "without spaces.",
  servers: ["files"],
  files: Object.fromEntries(Object.entries(logs).map(([name, lines]) => [name, `${lines.join("\n")}\n`])),
  turns: [
    () => [["files", "list_directory", { path: "ROOT/logs" }]],
    ([[list]]) => [
      ["files", "read_multiple_files", { paths: list.match(/\S+\.log/g).map((name) => `ROOT/logs/${name}`) }],
    ],
    () => [["files", "write_file", { path: "ROOT/summary.json", content: JSON.stringify(summary) }]],
  ],
  value: ([, [text]]) => {
    const errors = {};
    for (const [, service] of text.matchAll(/ ERROR (\S+) /g)) {
      errors[service] = (errors[service] ?? 0) + 1;
    }
    return { errors, most: summary.most };
  },
  queries: ["list the files of a directory", "read a text file", "write a file"],
  look: `const { content: list } = await files.list_directory({ path: "ROOT/logs" });
const [name] = list.match(/\\S+\\.log/);
const { content: head } = await files.read_text_file({ path: \`ROOT/logs/\${name}\`, head: 20 });
return { list, head };`,
  code: `const { content: list } = await files.list_directory({ path: "ROOT/logs" });
const names = [...list.matchAll(/\\[FILE\\] (\\S+)/g)].map(([, name]) => name);
const logs = await Promise.all(names.map((name) => files.read_text_file({ path: \`ROOT/logs/\${name}\` })));
const errors = {}, messages = {};
for (const { content } of logs) {
  for (const [, service, message] of content.matchAll(/ ERROR (\\S+) (.*) \\(request/g)) {
    errors[service] = (errors[service] ?? 0) + 1;
    messages[message] = (messages[message] ?? 0) + 1;
  }
}
const most = Object.keys(messages).sort((a, b) => messages[b] - messages[a])[0];
await files.write_file({ path: "ROOT/summary.json", content: JSON.stringify({ errors, most }) });
return { errors, most };`,
  answer: ({ errors, most }) => {
    const lines = Object.entries(errors).map(([service, count]) => `- ${service}: ${count}`);
    return `Errors by service:\n${lines.join("\n")}\nThe most frequent message is "${most}". ROOT/summary.json has all of it.`;
  },
};

const renamed = SERVICES.filter((_, at) => at % 4 !== 2);
const setting = (service, at) => ({
  service,
  listen: { host: "0.0.0.0", port: 7000 + at },
  ...(renamed.includes(service) ? { timeout_ms: 500 * (at + 1) } : { timeout: `${at}s` }),
  retries: { count: (at % 3) + 1, backoff: "exponential" },
  database: { pool: 4 * (at + 1), url: `postgres://db.internal/${service}` },
  features: { audit: at % 2 === 0, cache: at % 3 === 0 },
});
const rename = {
  name: "A setting renamed in 9 of 12 files",
  prompt:
    "Rename the setting timeout_ms to timeoutMillis in every config.json below ROOT/services that has it. Leave " +
    "the rest of these files as it is. Which services had it?",
  servers: ["files"],
  files: Object.fromEntries(
    SERVICES.map((service, at) => [`services/${service}/config.json`, json(setting(service, at))]),
  ),
  turns: [
    () => [["files", "search_files", { path: "ROOT/services", pattern: "**/config.json" }]],
    ([[list]]) => [["files", "read_multiple_files", { paths: list.trim().split("\n") }]],
    ([, [text]]) =>
      text
        .split("\n---\n")
        .filter((file) => file.includes("timeout_ms"))
        .map((file) => [
          "files",
          "edit_file",
          {
            path: file.match(/\S+(?=:\n)/)[0],
            edits: [{ oldText: '"timeout_ms"', newText: '"timeoutMillis"' }],
          },
        ]),
  ],
  value: ([, , diffs]) => diffs.map((diff) => diff.match(/services\/(\w+)\//)[1]).sort(),
  queries: ["find files by a pattern", "read a text file", "edit a file"],
  look: `const { content } = await files.search_files({ path: "ROOT/services", pattern: "**/config.json" });
const [path] = content.match(/\\S+config\\.json/);
return { content, first: (await files.read_text_file({ path })).content };`,
  code: `const { content } = await files.search_files({ path: "ROOT/services", pattern: "**/config.json" });
const changed = await Promise.all(content.trim().split("\\n").map(async (path) => {
  const { content } = await files.read_text_file({ path });
  if (!content.includes('"timeout_ms"')) return [];
  await files.edit_file({ path, edits: [{ oldText: '"timeout_ms"', newText: '"timeoutMillis"' }] });
  return [path.split("/").at(-2)];
}));
return changed.flat().sort();`,
  answer: (services) => `Renamed in ${services.length} services: ${services.join(", ")}.`,
};

const PEOPLE = [
  "Ada",
  "Bela",
  "Chidi",
  "Dana",
  "Emre",
  "Farah",
  "Goran",
  "Hana",
  "Ines",
  "Jonas",
  "Kofi",
  "Lena",
  "Marek",
  "Nadia",
  "Oskar",
  "Priya",
  "Quinn",
  "Rosa",
  "Samir",
  "Tala",
  "Umar",
  "Vera",
  "Wei",
  "Ximena",
  "Yusuf",
  "Zora",
  "Anton",
  "Bianca",
  "Cem",
  "Dora",
  "Elif",
  "Fabio",
  "Greta",
  "Hugo",
  "Iris",
  "Jamal",
  "Katya",
  "Luis",
  "Mina",
  "Noor",
];
const manager = (at) => (at === 0 ? undefined : PEOPLE[Math.floor((at - 1) / 3)]);
const person = (name, at) => ({
  name,
  team: ["Sales", "Platform", "Support"][at % 3],
  manager: manager(at) ?? "",
});
const entity = ({ name, team }) => ({ name, entityType: "person", observations: [`works in ${team}`] });
const relation = ({ name, manager }) => ({ from: name, to: manager, relationType: "reports to" });
const people = PEOPLE.map(person);
const below = (name) =>
  people.filter((it) => it.manager === name).flatMap((it) => [it.name, ...below(it.name)]);
const graph = {
  name: "40 people into a graph",
  prompt:
    "Put the people of ROOT/people.csv into the memory: an entity of the type person for each, with the " +
    'observation "works in TEAM", and a relation "reports to" to the manager. Who reports to Bela, directly or ' +
    "through others?",
  servers: ["files", "memory"],
  files: {
    "people.csv": `name,team,manager\n${people.map(({ name, team, manager }) => `${name},${team},${manager}\n`).join("")}`,
  },
  turns: [
    () => [["files", "read_text_file", { path: "ROOT/people.csv" }]],
    ([[csv]]) => {
      const rows = csv
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(","));
      const read = rows.map(([name, team, manager]) => ({ name, team, manager }));
      return [
        ["memory", "create_entities", { entities: read.map(entity) }],
        ["memory", "create_relations", { relations: read.filter((it) => it.manager).map(relation) }],
      ];
    },
  ],
  value: ([[csv]]) => (csv.includes("Emre,Platform,Bela") ? below("Bela").sort() : []),
  queries: ["read a text file", "create entities in the memory", "create relations in the memory"],
  look: `return (await files.read_text_file({ path: "ROOT/people.csv", head: 5 })).content;`,
  code: `const { content } = await files.read_text_file({ path: "ROOT/people.csv" });
const people = content.trim().split("\\n").slice(1).map((line) => line.split(","));
await memory.create_entities({
  entities: people.map(([name, team]) => ({ name, entityType: "person", observations: [\`works in \${team}\`] })),
});
await memory.create_relations({
  relations: people.filter(([, , to]) => to).map(([from, , to]) => ({ from, to, relationType: "reports to" })),
});
const below = (boss) => people.filter(([, , it]) => it === boss).flatMap(([name]) => [name, ...below(name)]);
return below("Bela").sort();`,
  answer: (names) => `${names.length} people report to Bela: ${names.join(", ")}.`,
};

const CHAIN = [1007, 1019, 1002, 1031, 1024, 1013, 1038, 1005];
const ticket = (n) => {
  const at = CHAIN.indexOf(n);
  const next = at >= 0 && at < CHAIN.length - 1 ? CHAIN[at + 1] : undefined;
  return `# T-${n}: ${["Checkout", "Login", "Export", "Search"][n % 4]} fails ${["now and then", "on phones", "after an hour"][n % 3]}

Owner: ${PEOPLE[n % PEOPLE.length]}
Reported: 2026-10-${String((n % 28) + 1).padStart(2, "0")}
State: ${next ? `closed, duplicate of T-${next}` : "open"}

A customer has seen this ${n % 5} times. Support could not repeat it with a new account. The request is in the
logs with the number ${n * 37}, and the answer was an error of the service behind it. Trying again helps in most
cases. The customer has been told that we look into it.
`;
};
const tickets = {
  name: "A chain of 8 tickets",
  prompt: "What is the ticket ROOT/tickets/T-1007.md a duplicate of in the end, and who owns that one?",
  servers: ["files"],
  files: Object.fromEntries(count(40, (n) => [`tickets/T-${1000 + n}.md`, ticket(1000 + n)])),
  turns: CHAIN.map((_, at) => (results) => {
    const next = at === 0 ? "1007" : results.at(-1)[0].match(/duplicate of T-(\d+)/)[1];
    return [["files", "read_text_file", { path: `ROOT/tickets/T-${next}.md` }]];
  }),
  value: (results) => {
    const [, ticket] = results.at(-1)[0].match(/# (T-\d+)/);
    const [, owner] = results.at(-1)[0].match(/Owner: (\w+)/);
    return { ticket, owner };
  },
  queries: ["read a text file"],
  look: `return (await files.read_text_file({ path: "ROOT/tickets/T-1007.md" })).content;`,
  code: `let ticket = "T-1007", content;
for (let next = ticket; next; next = content.match(/duplicate of (T-\\d+)/)?.[1]) {
  ticket = next;
  ({ content } = await files.read_text_file({ path: \`ROOT/tickets/\${ticket}.md\` }));
}
return { ticket, owner: content.match(/Owner: (\\w+)/)[1] };`,
  answer: ({ ticket, owner }) => `It is a duplicate of ${ticket} in the end, which ${owner} owns.`,
};

export const TASKS = [version, errors, rename, graph, tickets];
