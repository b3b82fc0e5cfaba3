import Papa from "papaparse";

export default async () => {
  const text = 'name,n,on\n"Ann, ""A""",1.5,true\nBob,,false\n# note\n"two\nlines",-3e2,\n';
  const rows = [],
    chunks = [];
  Papa.parse(text, {
    header: true,
    comments: "#",
    step: ({ data, meta }, parser) => {
      rows.push([data, meta.cursor]);
      if (rows.length === 2) parser.abort();
    },
  });
  await new Promise((resolve) =>
    Papa.parse(
      new File([`a;b\n${Array.from({ length: 50 }, (_, n) => `${n};${n * n}`).join("\n")}`], "x.csv"),
      {
        chunkSize: 100,
        dynamicTyping: true,
        chunk: ({ data }) => chunks.push(data.length),
        complete: resolve,
        error: resolve,
      },
    ),
  ).catch((error) => chunks.push(String(error)));
  return {
    parsed: Papa.parse(text, { header: true, dynamicTyping: true, comments: "#", skipEmptyLines: true }),
    guessed: Papa.parse("a\tb\n1\t2\n").meta,
    ragged: Papa.parse("a,b\n1\n1,2,3", { header: true }).errors,
    quotes: Papa.parse('a,"b\nc').errors,
    fast: Papa.parse("1,2\n3,4", { fastMode: true }).data,
    preview: Papa.parse("1\n2\n3", { preview: 2 }).data,
    transformed: Papa.parse("A,B\nx,y", {
      header: true,
      transformHeader: (name) => name.toLowerCase(),
      transform: (value, field) => `${field}:${value}`,
    }).data,
    rows,
    chunks: chunks.length > 0,
    written: [
      Papa.unparse(
        [
          { a: 1, b: 'x,"y"' },
          { a: null, b: "=1+1" },
        ],
        { escapeFormulae: true },
      ),
      Papa.unparse(
        {
          fields: ["q", "r"],
          data: [
            [1, 2],
            ["a b", " c"],
          ],
        },
        { delimiter: ";", newline: "\n", quotes: [true, false] },
      ),
      Papa.unparse([["x", undefined, new Date(0)]]),
    ],
  };
};
