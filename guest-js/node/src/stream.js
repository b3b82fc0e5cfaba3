// Streams, by readable-stream.
"use strict";

const Stream = require("readable-stream/lib/stream.js");
const { Duplex } = Stream;

// Node's since version 22; the package has those of version 18.
Stream.setDefaultHighWaterMark(false, 64 * 1024);
require("node:internal/webstreams")(Stream);

/** Returns two streams, each of which reads what is written to the other. */
Stream.duplexPair = (options) => {
  class Side extends Duplex {
    other = null;
    waiting = null;

    _read() {
      const callback = this.waiting;
      if (callback) {
        this.waiting = null;
        callback();
      }
    }

    _write(chunk, encoding, callback) {
      if (chunk.length === 0) require("node:process").nextTick(callback);
      else {
        this.other.push(chunk);
        this.other.waiting = callback;
      }
    }

    _final(callback) {
      this.other.on("end", callback);
      this.other.push(null);
    }

    _destroy(error, callback) {
      const { other } = this;
      if (error) {
        require("node:process").nextTick(() => {
          if (!other.destroyed) other.destroy(error);
        });
      } else if (!other.destroyed && !other.readableEnded) {
        require("node:process").nextTick(() => other.push(null));
      }
      callback(error);
    }
  }
  const [first, second] = [new Side(options), new Side(options)];
  first.other = second;
  second.other = first;
  return [first, second];
};

module.exports = Stream;
