import { degrees, PDFDocument, PDFName, PageSizes, rgb, StandardFonts } from "pdf-lib";

export default async () => {
  const date = new Date(0);
  const pdf = await PDFDocument.create({ updateMetadata: false });
  pdf.setTitle("A title");
  pdf.setAuthor("Zoë");
  pdf.setCreationDate(date);
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  const page = pdf.addPage(PageSizes.A4);
  page.drawText("Hello, PDF", {
    x: 50,
    y: 700,
    size: 30,
    font,
    color: rgb(0, 0.5, 0.7),
    rotate: degrees(10),
  });
  page.drawRectangle({
    x: 10,
    y: 10,
    width: 100,
    height: 50,
    borderWidth: 2,
    borderColor: rgb(1, 0, 0),
    opacity: 0.5,
  });
  page.drawSvgPath("M 0,0 L 100,160 Q 130,200 150,120 Z", { x: 100, y: 400 });
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const image = await pdf.embedPng(png);
  page.drawImage(image, { x: 5, y: 5, width: 20, height: 20 });
  const form = pdf.getForm();
  const field = form.createTextField("name");
  field.setText("filled");
  field.addToPage(page, { x: 50, y: 75, width: 200, height: 20 });
  const bytes = await pdf.save();
  const again = await PDFDocument.load(bytes, { updateMetadata: false });
  const joined = await PDFDocument.create({ updateMetadata: false });
  const [copied] = await joined.copyPages(again, [0]);
  joined.addPage(copied);
  const digest = async (data) =>
    [...new Uint8Array(await crypto.subtle.digest("SHA-256", data))]
      .map((it) => it.toString(16).padStart(2, "0"))
      .join("");
  return {
    size: bytes.length,
    digest: await digest(bytes),
    width: font.widthOfTextAtSize("Hello, PDF", 30),
    pages: again.getPageCount(),
    title: again.getTitle(),
    author: again.getAuthor(),
    field: again.getForm().getTextField("name").getText(),
    box: again.getPage(0).getSize(),
    created: again.getCreationDate().toISOString(),
    joined: (await joined.saveAsBase64()).length,
    type: String(again.catalog.get(PDFName.of("Type"))),
  };
};
