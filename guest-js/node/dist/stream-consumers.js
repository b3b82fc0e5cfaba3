(require, module, exports, native) => {

// src/stream-consumers.js
var { Buffer } = require("node:buffer");
var { StringDecoder } = require("node:string_decoder");
var chunks = async (stream) => {
  const list = [];
  for await (const chunk of stream) list.push(chunk);
  return list;
};
var blob = async (stream) => new Blob(await chunks(stream));
var arrayBuffer = async (stream) => (await blob(stream)).arrayBuffer();
var buffer = async (stream) => Buffer.from(await arrayBuffer(stream));
var bytes = async (stream) => new Uint8Array(await arrayBuffer(stream));
var text = async (stream) => {
  const decoder = new StringDecoder("utf8");
  let all = "";
  for await (const chunk of stream) {
    all += typeof chunk === "string" ? chunk : decoder.write(ArrayBuffer.isView(chunk) ? chunk : Buffer.from(chunk));
  }
  return all + decoder.end();
};
var json = async (stream) => JSON.parse(await text(stream));
module.exports = { arrayBuffer, blob, buffer, bytes, text, json };
}
