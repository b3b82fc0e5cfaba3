// Helpers of the tests of `crypto.subtle`.
const { subtle } = crypto;
const hex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const utf8 = (text) => new TextEncoder().encode(text);
const nameOf = (promise) => promise.then(() => "none", (error) => error.name);
let told;
const tell = async (work) => {
  told = undefined;
  try {
    told = String(await work());
  } catch (error) {
    told = `Uncaught ${error}`;
  }
};
