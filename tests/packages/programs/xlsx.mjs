import * as XLSX from "xlsx";

export default () => {
  const rows = [
    { name: "Ann", n: 1, at: new Date(Date.UTC(2020, 0, 2)) },
    { name: "Böb", n: 2.5 },
    { name: "=x", n: -3, ok: true },
  ];
  const sheet = XLSX.utils.json_to_sheet(rows, { cellDates: true, header: ["name", "n", "ok", "at"] });
  sheet.E1 = { t: "s", v: "sum" };
  sheet.E2 = { t: "n", f: "SUM(B2:B4)", v: 0.5 };
  sheet["!ref"] = "A1:E4";
  sheet["!merges"] = [XLSX.utils.decode_range("A5:B5")];
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, sheet, "People");
  XLSX.utils.book_append_sheet(
    book,
    XLSX.utils.aoa_to_sheet([
      [1, 2],
      ["x", null, "z"],
    ]),
    "More",
  );
  const formats = {};
  for (const bookType of ["xlsx", "xlsb", "biff8", "ods", "csv", "html", "fods"]) {
    const data = XLSX.write(book, { type: "array", bookType, compression: true });
    const back = XLSX.read(data, { type: "array", cellFormula: true });
    formats[bookType] = [
      back.SheetNames,
      XLSX.utils.sheet_to_json(back.Sheets[back.SheetNames[0]], { header: 1, raw: false }),
    ];
  }
  const csv = XLSX.utils.sheet_to_csv(sheet, { FS: ";" });
  const text = XLSX.read('a,b\n1,2024-01-05\n"x,y",3%', { type: "string" });
  return {
    formats,
    csv,
    html: XLSX.utils.sheet_to_html(book.Sheets.More),
    cells: text.Sheets.Sheet1,
    formulae: XLSX.utils.sheet_to_formulae(sheet),
    address: [XLSX.utils.encode_cell({ r: 9, c: 27 }), XLSX.utils.decode_cell("AB10")],
    formatted: [XLSX.SSF.format("#,##0.00", 12345.678), XLSX.SSF.format("yyyy-mm-dd", 45000)],
  };
};
