// A server of a thousand tools: node many.mjs. It speaks the protocol of 2026, and that of 2025.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const text = (description) => ({ type: "string", description });
const page = {
  cursor: text("Where the next page begins, as the page before has said"),
  limit: { type: "integer", minimum: 1, maximum: 100, default: 20, description: "The most results" },
};
const id = (noun) => ({ id: text(`The identifier of the ${noun}`) });
const labels = { labels: { type: "array", items: { type: "string" }, description: "Labels to set" } };
const title = (noun) => ({
  title: text(`The title of the ${noun}`),
  body: text("More text, in Markdown"),
  priority: { type: "string", enum: ["low", "normal", "high", "urgent"], description: "How soon" },
});

// Each with what it says it does, its arguments, and how many of them are required.
const VERBS = {
  list: (noun) => [
    `Lists the ${noun}s of a project, newest first.`,
    { project: text("The project"), ...page },
    1,
  ],
  search: (noun) => [
    `Finds ${noun}s by words in their title and body.`,
    { query: text("The words"), ...page },
    1,
  ],
  get: (noun) => [`Returns one ${noun} with all of its fields.`, id(noun), 1],
  create: (noun) => [
    `Creates a ${noun} in a project.`,
    { project: text("The project"), ...title(noun), ...labels },
    2,
  ],
  update: (noun) => [
    `Changes the fields of a ${noun} that are given.`,
    { ...id(noun), ...title(noun), ...labels },
    1,
  ],
  delete: (noun) => [`Deletes a ${noun}. This cannot be undone.`, id(noun), 1],
  archive: (noun) => [`Moves a ${noun} to the archive.`, { ...id(noun), reason: text("Why") }, 1],
  assign: (noun) => [
    `Makes a person responsible for a ${noun}.`,
    { ...id(noun), person: text("A name or address") },
    2,
  ],
  comment_on: (noun) => [
    `Adds a comment to a ${noun}.`,
    { ...id(noun), body: text("The comment, in Markdown") },
    2,
  ],
  export: (noun) => [
    `Writes a ${noun} to a file.`,
    {
      ...id(noun),
      format: { type: "string", enum: ["csv", "json", "pdf"], description: "The kind of file" },
    },
    2,
  ],
};
const KINDS = ["sales", "support", "internal", "public", "draft"];
const NOUNS = [
  "account",
  "alert",
  "budget",
  "campaign",
  "contract",
  "customer",
  "dashboard",
  "deployment",
  "document",
  "event",
  "incident",
  "invoice",
  "issue",
  "meeting",
  "message",
  "order",
  "report",
  "schedule",
  "survey",
  "ticket",
];

const tools = [];
for (const kind of KINDS) {
  for (const noun of NOUNS) {
    for (const [verb, about] of Object.entries(VERBS)) {
      const [description, properties, required] = about(`${kind} ${noun}`);
      tools.push({
        name: `${verb}_${kind}_${noun}`,
        description,
        inputSchema: { type: "object", properties, required: Object.keys(properties).slice(0, required) },
      });
    }
  }
}

serveStdio(({ era }) => {
  const server = new Server({ name: "many", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools }));
  server.setRequestHandler("tools/call", ({ params }) => ({
    content: [],
    structuredContent: { called: params.name, arguments: params.arguments, era },
  }));
  return server;
});
