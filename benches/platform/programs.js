// Uses of the platform by a program: a method for each row of tools/platform_bench.py, and the
// number of times that a call does it.
const data = new Uint8Array(1 << 20);
for (let index = 0; index < data.length; index++) data[index] = Math.imul(index, 2654435761) >>> 27;
const short = data.subarray(0, 1024);

const { subtle } = globalThis.crypto;
const iv = new Uint8Array(12).fill(9);
const aes = await subtle.importKey("raw", new Uint8Array(32).fill(7), "AES-GCM", false, ["encrypt"]);
const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const pair = await subtle.generateKey(ecdsa, false, ["sign", "verify"]);
const signature = await subtle.sign(ecdsa, pair.privateKey, short);
const through = (bytes, stream) =>
  new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();
const packed = await through(data, new CompressionStream("gzip"));
const euros = new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" });
const day = new Intl.DateTimeFormat("de-DE", { dateStyle: "full", timeZone: "Europe/Berlin" });

export const TIMES = { numberFormat: 20, format: 100, dateTimeFormat: 20, formatDate: 100 };
const repeat = (name, act) => {
  let last;
  for (let index = 0; index < TIMES[name]; index++) last = act(index);
  return last;
};

export default {
  sha256: async () => (await subtle.digest("SHA-256", data)).byteLength,
  aesGcm: async () => (await subtle.encrypt({ name: "AES-GCM", iv }, aes, data)).byteLength,
  gzip: async () => (await through(data, new CompressionStream("gzip"))).byteLength > 0,
  gunzip: async () => (await through(packed, new DecompressionStream("gzip"))).byteLength,
  ecdsaSign: async () => (await subtle.sign(ecdsa, pair.privateKey, short)).byteLength,
  ecdsaVerify: () => subtle.verify(ecdsa, pair.publicKey, signature, short),
  async rsaGenerate() {
    const publicExponent = new Uint8Array([1, 0, 1]);
    const algorithm = { name: "RSA-PSS", modulusLength: 2048, publicExponent, hash: "SHA-256" };
    return (await subtle.generateKey(algorithm, false, ["sign", "verify"])).privateKey.type;
  },
  async pbkdf2() {
    const key = await subtle.importKey("raw", new TextEncoder().encode("password"), "PBKDF2", false, ["deriveBits"]);
    const salt = new TextEncoder().encode("salt");
    return (await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: 600_000 }, key, 256)).byteLength;
  },
  numberFormat: () =>
    repeat("numberFormat", () => new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" })).format(1),
  format: () => repeat("format", (index) => euros.format(index * 1234.5)),
  dateTimeFormat: () =>
    repeat("dateTimeFormat", () => new Intl.DateTimeFormat("de-DE", { dateStyle: "full", timeZone: "Europe/Berlin" })).format(0),
  formatDate: () => repeat("formatDate", (index) => day.format(index * 1e9)),
};
