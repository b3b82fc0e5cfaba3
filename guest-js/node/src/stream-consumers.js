// Functions that read a stream to its end.
"use strict";

const { Buffer } = require("node:buffer");
const { StringDecoder } = require("node:string_decoder");

const chunks = async (stream) => {
  const list = [];
  for await (const chunk of stream) list.push(chunk);
  return list;
};

const blob = async (stream) => new Blob(await chunks(stream));
const arrayBuffer = async (stream) => (await blob(stream)).arrayBuffer();
const buffer = async (stream) => Buffer.from(await arrayBuffer(stream));
const bytes = async (stream) => new Uint8Array(await arrayBuffer(stream));
const text = async (stream) => {
  const decoder = new StringDecoder("utf8");
  let all = "";
  for await (const chunk of stream) {
    all += typeof chunk === "string" ? chunk : decoder.write(ArrayBuffer.isView(chunk) ? chunk : Buffer.from(chunk));
  }
  return all + decoder.end();
};
const json = async (stream) => JSON.parse(await text(stream));

module.exports = { arrayBuffer, blob, buffer, bytes, text, json };
