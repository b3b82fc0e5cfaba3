import { parse as stream } from "csv-parse";
import { parse } from "csv-parse/sync";

export default async () => {
  const text = 'id;name;note\n1;"Ann; B";"said ""hi"""\n# skipped\n2;Böb;\n\n3;Cid;"two\nlines"\n';
  const options = { delimiter: ";", columns: true, comment: "#", skip_empty_lines: true };
  const records = await new Promise((resolve, reject) => {
    const found = [];
    const parser = stream({
      ...options,
      cast: (value, { column }) => (column === "id" ? Number(value) : value),
    });
    parser.on("readable", () => {
      for (let record; (record = parser.read()) !== null;) found.push(record);
    });
    parser.on("error", reject);
    parser.on("end", () => resolve(found));
    for (let at = 0; at < text.length; at += 7) parser.write(text.slice(at, at + 7));
    parser.end();
  });
  let error;
  try {
    parse("a,b\n1,2,3", { columns: true });
  } catch ({ code, message }) {
    error = { code, message };
  }
  return {
    records,
    sync: parse(text, options),
    arrays: parse('a,b\n"1",2', { bom: true }),
    info: parse("a,b\n1,2", { info: true, columns: true }),
    tabs: parse("x\ty\n1\t2", { delimiter: "\t", from_line: 2, cast: true }),
    ragged: parse("a,b\n1\n2,3,4", { relax_column_count: true }),
    error,
    objects: parse("k,v\na,1\nb,2", { columns: true, objname: "k" }),
    numbered: parse("1,2", { on_record: (record, { lines }) => [...record, lines] }),
  };
};
