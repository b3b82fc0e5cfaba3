import Fuse from "fuse.js";

const books = [
  ["Old Man's War", "John", "Scalzi", ["fiction", "space"]],
  ["The Lock Artist", "Steve", "Hamilton", ["thriller"]],
  ["HTML5", "Remy", "Sharp", ["web"]],
  ["Right Ho Jeeves", "P.D", "Woodhouse", []],
  ["The Code of the Wooster", "P.D", "Woodhouse", ["humour", "classic"]],
  ["Thank You Jeeves", "P.D", "Woodhouse", ["humour"]],
  ["Größe über alles", "Zoë", "Ümlaut", ["ümläut"]],
  ["Colony", "Rob", "Grant", ["space"]],
].map(([title, first, last, tags]) => ({ title, author: { first, last }, tags }));
const tidy = (results) =>
  results.map(({ refIndex, score, matches }) => [
    refIndex,
    score === undefined ? null : Math.round(score * 1e6),
    matches?.map(({ key, indices, value }) => [key, indices, value]),
  ]);

export default () => {
  const options = {
    includeScore: true,
    includeMatches: true,
    keys: ["title", { name: "author.last", weight: 2 }, "tags"],
    threshold: 0.4,
  };
  const fuse = new Fuse(books, options);
  const extended = new Fuse(books, { ...options, useExtendedSearch: true });
  const index = Fuse.createIndex(options.keys, books);
  const words = new Fuse(["apple", "aple", "orange", "grape"], {
    includeScore: true,
    isCaseSensitive: false,
  });
  fuse.remove(({ title }) => title === "HTML5");
  fuse.add({ title: "HTLM", author: { first: "A", last: "B" }, tags: [] });
  return {
    typos: ["wod", "jeves", "spcae", "html", "größe", "lock art", "zzz"].map((it) => [
      it,
      tidy(fuse.search(it)),
    ]),
    limited: tidy(fuse.search("the", { limit: 1 })),
    extended: ["=Colony", "'Man 'War", "!Woodhouse ^The", "Jeeves$ | web", "!^T 'o"].map((it) => [
      it,
      tidy(extended.search(it)),
    ]),
    logical: tidy(
      extended.search({
        $and: [{ "author.last": "woodhouse" }, { $or: [{ title: "jeeves" }, { tags: "classic" }] }],
      }),
    ),
    words: tidy(words.search("aple")),
    index: [index.size(), JSON.stringify(index.toJSON()).length],
    restored: tidy(new Fuse(books, options, Fuse.parseIndex(index.toJSON())).search("grant")),
    far: tidy(
      new Fuse(["a long text in which the word needle is hidden"], {
        includeScore: true,
        ignoreLocation: true,
        includeMatches: true,
        minMatchCharLength: 3,
      }).search("needel"),
    ),
  };
};
