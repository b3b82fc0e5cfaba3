// Each case logs what happens in its order. streams.txt is what Node.js 20 logs.
const cases = {
  async "chunks are read in order"(log) {
    const stream = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue("two"); c.enqueue({ three: 3 }); c.close(); } });
    const reader = stream.getReader();
    for (let n = 0; n < 4; n++) log(await reader.read());
    await reader.closed;
    log("closed");
  },
  async "pull is called as there is room"(log) {
    let n = 0;
    const stream = new ReadableStream({ pull(c) { log("pull", c.desiredSize); c.enqueue(n++); if (n === 5) c.close(); } }, { highWaterMark: 2 });
    await 0; await 0; await 0; await 0;
    log("settled");
    const reader = stream.getReader();
    for (;;) { const { done, value } = await reader.read(); log(done, value); if (done) break; }
  },
  async "pull is not called without a reader at mark 0"(log) {
    let pulls = 0;
    const stream = new ReadableStream({ pull(c) { pulls++; c.enqueue("x"); } }, { highWaterMark: 0 });
    for (let n = 0; n < 5; n++) await 0;
    log(pulls);
    const reader = stream.getReader();
    log(await reader.read(), pulls);
    await 0;
    log(pulls);
  },
  async "order of reads, closed and cancel"(log) {
    const stream = new ReadableStream({ start(c) { c.enqueue("a"); }, cancel(r) { log("cancel", r); return "ignored"; } });
    const reader = stream.getReader();
    reader.read().then((r) => log("first", r));
    reader.read().then((r) => log("second", r));
    reader.closed.then((r) => log("closed", r));
    reader.cancel("why").then((r) => log("cancelled", r));
    Promise.resolve().then(() => log("tick 1")).then(() => log("tick 2")).then(() => log("tick 3"));
    for (let n = 0; n < 10; n++) await 0;
  },
  async "an error reaches all that waits"(log) {
    let controller;
    const stream = new ReadableStream({ start(c) { controller = c; } });
    const reader = stream.getReader();
    reader.read().catch((e) => log("read", e));
    reader.closed.catch((e) => log("closed", e));
    controller.error(new RangeError("no more"));
    log(controller.desiredSize);
    await reader.read().catch((e) => log("later", e));
    reader.releaseLock();
    await reader.closed.catch((e) => log("released", e.name));
    await stream.cancel().catch((e) => log("cancel", e));
  },
  async "start that rejects"(log) {
    const stream = new ReadableStream({ start: () => Promise.reject(new Error("start")) });
    await stream.getReader().read().catch((e) => log(e));
    try { new ReadableStream({ start() { throw new Error("sync"); } }); } catch (e) { log(e); }
  },
  async "pull that rejects or throws"(log) {
    for (const pull of [() => { throw new Error("thrown"); }, async () => { throw new Error("rejected"); }]) {
      await new ReadableStream({ pull }).getReader().read().catch((e) => log(e));
    }
  },
  async "the controller refuses after close"(log) {
    let controller;
    const stream = new ReadableStream({ start(c) { controller = c; c.enqueue(1); c.close(); } });
    for (const f of [() => controller.enqueue(2), () => controller.close()]) try { f(); } catch (e) { log(e.name); }
    log(controller.desiredSize);
    controller.error(new Error("late"));
    await stream.getReader().read().catch((e) => log(e));
  },
  async "desired sizes"(log) {
    let controller;
    new ReadableStream({ start(c) { controller = c; } }, { highWaterMark: 10, size: (x) => x.length });
    log(controller.desiredSize); controller.enqueue("abc"); log(controller.desiredSize);
    controller.enqueue("abcdefghij"); log(controller.desiredSize);
    controller.close(); log(controller.desiredSize);
  },
  async "bad sizes"(log) {
    for (const size of [() => NaN, () => -1, () => Infinity, () => { throw new Error("size"); }]) {
      let controller;
      const stream = new ReadableStream({ start(c) { controller = c; } }, { size });
      try { controller.enqueue("x"); log("fine"); } catch (e) { log(e.name); }
      await stream.getReader().closed.catch((e) => log("closed", e.name));
    }
  },
  async "bad arguments"(log) {
    const tries = [
      () => new ReadableStream(null), () => new ReadableStream(1), () => new ReadableStream({ type: "owning" }),
      () => new ReadableStream({ pull: 1 }), () => new ReadableStream({}, { highWaterMark: -1 }),
      () => new ReadableStream({}, { highWaterMark: NaN }), () => new ReadableStream({}, { size: 1 }),
      () => new ReadableStream({ type: "bytes" }, { size() { return 1; } }), () => new ReadableStream({ type: "bytes", autoAllocateChunkSize: 0 }),
      () => new ReadableStream().getReader({ mode: "byob" }), () => new ReadableStream().getReader({ mode: "x" }),
      () => new ReadableStreamDefaultReader({}), () => new ReadableStreamBYOBReader(new ReadableStream()),
      () => new ReadableStreamDefaultController(), () => ReadableStream(),
      () => { const s = new ReadableStream(); s.getReader(); s.getReader(); },
      () => { const s = new ReadableStream(); s.getReader(); s.tee(); },
      () => ReadableStream.prototype.getReader.call({}), () => Object.getOwnPropertyDescriptor(ReadableStream.prototype, "locked").get.call({}),
      () => new WritableStream(null), () => new WritableStream({ type: "bytes" }), () => new WritableStream({ write: 1 }),
      () => new WritableStream({}, { highWaterMark: -1 }), () => { const s = new WritableStream(); s.getWriter(); s.getWriter(); },
      () => new WritableStreamDefaultWriter({}), () => new WritableStreamDefaultController(),
      () => new TransformStream({ readableType: "x" }), () => new TransformStream({ writableType: "x" }), () => new TransformStream({ transform: 1 }),
      () => new ReadableStream().pipeThrough({}), () => new ByteLengthQueuingStrategy(), () => new CountQueuingStrategy({}), () => ReadableStream.from(1),
      () => ReadableStream.from(null),
    ];
    for (const f of tries) try { f(); log("fine"); } catch (e) { log(e.name); }
  },
  async "promises are rejected on the wrong receiver"(log) {
    const of = (f) => f.then(() => log("fine"), (e) => log(e.name));
    await of(ReadableStream.prototype.cancel.call({}));
    await of(ReadableStream.prototype.pipeTo.call({}, new WritableStream()));
    await of(new ReadableStream().pipeTo({}));
    await of(ReadableStreamDefaultReader.prototype.read.call({}));
    await of(WritableStream.prototype.close.call({}));
    await of(WritableStreamDefaultWriter.prototype.write.call({}));
    const s = new ReadableStream(); s.getReader();
    await of(s.cancel()); await of(s.pipeTo(new WritableStream()));
    const w = new WritableStream(); w.getWriter();
    await of(w.abort()); await of(w.close()); await of(new ReadableStream().pipeTo(w));
  },
  async "strategies"(log) {
    const count = new CountQueuingStrategy({ highWaterMark: "3" }), bytes = new ByteLengthQueuingStrategy({ highWaterMark: 7 });
    log(count.highWaterMark, count.size("xyz"), bytes.highWaterMark, bytes.size(new Uint8Array(5)));
    log(count.size.name, count.size.length, bytes.size.name, bytes.size.length, count.size === new CountQueuingStrategy({ highWaterMark: 1 }).size);
  },
  async "release while a read waits"(log) {
    let controller;
    const stream = new ReadableStream({ start(c) { controller = c; } });
    const reader = stream.getReader();
    reader.read().then((r) => log(r), (e) => log("waiting", e.name));
    reader.closed.catch((e) => log("closed", e.name));
    reader.releaseLock();
    log(stream.locked);
    await reader.read().catch((e) => log("read", e.name));
    await reader.cancel().catch((e) => log("cancel", e.name));
    const second = stream.getReader();
    controller.enqueue("kept");
    log(await second.read());
  },
  async "tee"(log) {
    let pulls = 0;
    const stream = new ReadableStream({ pull(c) { pulls++; c.enqueue({ n: pulls }); if (pulls === 3) c.close(); }, cancel(r) { log("cancelled", r); } }, { highWaterMark: 0 });
    const [a, b] = stream.tee();
    log(stream.locked);
    const [ra, rb] = [a.getReader(), b.getReader()];
    const one = await ra.read(), two = await rb.read();
    log(one, two, one.value === two.value);
    log(await ra.read(), await ra.read(), await ra.read());
    log(await rb.read(), await rb.read(), await rb.read());
    log(pulls);
  },
  async "both branches must cancel"(log) {
    const stream = new ReadableStream({ cancel(r) { log("source", r); throw new Error("cancel"); } });
    const [a, b] = stream.tee();
    a.cancel("one").then(() => log("a"), (e) => log("a", e));
    for (let n = 0; n < 10; n++) await 0;
    log("then");
    await b.cancel("two").then(() => log("b"), (e) => log("b", e));
  },
  async "an error reaches both branches"(log) {
    let controller;
    const [a, b] = new ReadableStream({ start(c) { controller = c; } }).tee();
    controller.error(new Error("torn"));
    for (const one of [a, b]) await one.getReader().read().catch((e) => log(e));
  },
  async "async iteration"(log) {
    const make = () => new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.enqueue(3); c.close(); }, cancel(r) { log("cancel", r); } });
    for await (const n of make()) log(n);
    const stream = make();
    for await (const n of stream) { log(n, stream.locked); break; }
    log(stream.locked);
    const kept = make();
    for await (const n of kept.values({ preventCancel: true })) { log(n); break; }
    log(await kept.getReader().read());
    try { for await (const n of make()) throw new Error("body"); } catch (e) { log(e); }
    const it = make()[Symbol.asyncIterator]();
    log(await Promise.all([it.next(), it.next(), it.next(), it.next(), it.return("x"), it.next()]));
    log(typeof it.throw, it[Symbol.asyncIterator]() === it);
    let controller;
    const broken = new ReadableStream({ start(c) { controller = c; c.enqueue(1); } });
    try { for await (const n of broken) { log(n); controller.error(new Error("mid")); } } catch (e) { log(e); }
  },
  async "from"(log) {
    for await (const n of ReadableStream.from([1, Promise.resolve(2), 3])) log(n);
    for await (const n of ReadableStream.from("ab")) log(n);
    const generator = async function* () { try { yield 1; yield 2; } finally { log("finally"); } };
    const reader = ReadableStream.from(generator()).getReader();
    log(await reader.read());
    await reader.cancel("r");
    const failing = async function* () { yield 1; throw new Error("gen"); };
    try { for await (const n of ReadableStream.from(failing())) log(n); } catch (e) { log(e); }
  },
  async "pipeTo moves all and closes"(log) {
    const source = new ReadableStream({ start(c) { for (const x of "abc") c.enqueue(x); c.close(); } });
    const sink = new WritableStream({ write(x) { log("write", x); }, close() { log("close"); } });
    const piped = source.pipeTo(sink);
    log(source.locked, sink.locked);
    log(await piped);
    log(source.locked, sink.locked);
  },
  async "pipeTo with back-pressure"(log) {
    let n = 0;
    const source = new ReadableStream({ pull(c) { log("pull", n); c.enqueue(n++); if (n === 4) c.close(); } }, { highWaterMark: 0 });
    const gates = [];
    const sink = new WritableStream({ write(x) { log("write", x); return new Promise((go) => gates.push(go)); } });
    const piped = source.pipeTo(sink).then(() => log("done"));
    for (let k = 0; k < 4; k++) { for (let i = 0; i < 30; i++) await 0; log("open"); gates.shift()(); }
    await piped;
  },
  async "pipeTo aborts the sink"(log) {
    const make = (abort) => new WritableStream({ abort(r) { log("abort", r); if (abort) throw new Error("abort"); } });
    const failing = () => new ReadableStream({ start(c) { c.error(new Error("source")); } });
    const sink = make();
    await failing().pipeTo(sink).catch((e) => log(e));
    await failing().pipeTo(make(true)).catch((e) => log(e));
    const kept = make();
    await failing().pipeTo(kept, { preventAbort: true }).catch((e) => log(e));
    log(kept.locked, kept.getWriter().desiredSize);
  },
  async "pipeTo cancels the source"(log) {
    const make = () => new ReadableStream({ pull(c) { c.enqueue("x"); }, cancel(r) { log("cancel", r.name); } });
    const failing = () => new WritableStream({ write() { throw new Error("sink"); } });
    await make().pipeTo(failing()).catch((e) => log(e));
    const kept = make();
    await kept.pipeTo(failing(), { preventCancel: true }).catch((e) => log(e));
    log(kept.locked);
    const closed = new WritableStream(); await closed.close();
    await make().pipeTo(closed).catch((e) => log(e.name));
    const open = new WritableStream();
    await new ReadableStream({ start(c) { c.close(); } }).pipeTo(open, { preventClose: true });
    log(open.getWriter().desiredSize);
  },
  async "pipeTo with a signal"(log) {
    const make = () => new ReadableStream({ cancel(r) { log("cancel", r); } });
    const sink = () => new WritableStream({ abort(r) { log("abort", r); } });
    const controller = new AbortController();
    const piped = make().pipeTo(sink(), { signal: controller.signal });
    controller.abort("stop");
    await piped.catch((e) => log("piped", e));
    await make().pipeTo(sink(), { signal: AbortSignal.abort("before") }).catch((e) => log("piped", e));
    await make().pipeTo(sink(), { signal: AbortSignal.abort("kept"), preventAbort: true, preventCancel: true }).catch((e) => log("piped", e));
    await make().pipeTo(sink(), { signal: {} }).catch((e) => log(e.name));
  },
  async "a writer's promises"(log) {
    const gates = [];
    const stream = new WritableStream({ write(x) { log("write", x); return new Promise((go) => gates.push(go)); }, close() { log("closing"); } }, { highWaterMark: 2 });
    const writer = stream.getWriter();
    log(writer.desiredSize);
    writer.ready.then(() => log("ready 0"));
    writer.write("a").then(() => log("written a"));
    log(writer.desiredSize);
    writer.write("b").then(() => log("written b"));
    log(writer.desiredSize);
    writer.ready.then(() => log("ready 1"));
    writer.close().then(() => log("closed by close"));
    writer.closed.then(() => log("closed"));
    for (let n = 0; n < 10; n++) await 0;
    gates.shift()();
    for (let n = 0; n < 10; n++) await 0;
    gates.shift()();
    await writer.closed;
  },
  async "a write that fails"(log) {
    const stream = new WritableStream({ write(x) { if (x === 2) throw new Error("two"); log(x); } });
    const writer = stream.getWriter();
    const all = [1, 2, 3].map((n) => writer.write(n).then(() => log("ok", n), (e) => log("failed", n, e)));
    writer.closed.catch((e) => log("closed", e));
    await Promise.all(all);
    await writer.ready.catch((e) => log("ready", e));
    await writer.write(4).catch((e) => log(e));
    log(writer.desiredSize === null);
    await writer.close().catch((e) => log("close", e.name));
    log(await writer.abort());
  },
  async "abort"(log) {
    let signal;
    const stream = new WritableStream({ start(c) { signal = c.signal; }, write: () => new Promise(() => {}), abort(r) { log("abort", r); } });
    const writer = stream.getWriter();
    await writer.ready;
    writer.closed.catch((e) => log("closed", e));
    await writer.abort("why").then((r) => log("aborted", r));
    log(signal.aborted, signal.reason);
    await writer.write(1).catch((e) => log("write", e));
    await writer.abort("again").then((r) => log("again", r));
    const closing = new WritableStream({ close: () => new Promise((go) => queueMicrotask(go)), abort() { log("not called"); } });
    const w = closing.getWriter();
    await w.ready;
    const c = w.close().then(() => log("did close"));
    await w.abort("late").then(() => log("late abort"), (e) => log(e));
    await c;
  },
  async "abort while a write is under way"(log) {
    let go;
    const stream = new WritableStream({ write(x) { log("write", x); return new Promise((r) => { go = r; }); }, abort(r) { log("abort", r); } });
    const writer = stream.getWriter();
    await writer.ready;
    writer.write(1).then(() => log("written 1"), (e) => log("1", e));
    writer.write(2).then(() => log("written 2"), (e) => log("2", e));
    writer.closed.catch((e) => log("closed", e));
    const aborted = writer.abort("now").then(() => log("aborted"));
    for (let n = 0; n < 10; n++) await 0;
    log("go"); go();
    await aborted;
  },
  async "a sink that cannot start"(log) {
    const stream = new WritableStream({ start: () => Promise.reject(new Error("start")) });
    const writer = stream.getWriter();
    await writer.closed.catch((e) => log("closed", e));
    await writer.write(1).catch((e) => log("write", e));
  },
  async "the sink's controller"(log) {
    let controller;
    const stream = new WritableStream({ start(c) { controller = c; } });
    const writer = stream.getWriter();
    await writer.ready;
    controller.error(new Error("mine"));
    await writer.ready.catch((e) => log("ready", e));
    await writer.closed.catch((e) => log("closed", e));
    log(controller.signal.aborted);
  },
  async "a released writer"(log) {
    const stream = new WritableStream();
    const writer = stream.getWriter();
    await writer.ready;
    writer.releaseLock();
    writer.releaseLock();
    log(stream.locked);
    await writer.closed.catch((e) => log(e.name));
    await writer.ready.catch((e) => log(e.name));
    await writer.write().catch((e) => log(e.name));
    try { writer.desiredSize; } catch (e) { log(e.name); }
  },
  async "a transform"(log) {
    const upper = new TransformStream({
      start(c) { c.enqueue("begin"); }, transform(x, c) { log("transform", x); c.enqueue(x.toUpperCase()); }, flush(c) { c.enqueue("end"); },
    });
    const source = new ReadableStream({ start(c) { c.enqueue("a"); c.enqueue("b"); c.close(); } });
    for await (const x of source.pipeThrough(upper)) log(x);
  },
  async "a transform presses back"(log) {
    const { readable, writable } = new TransformStream({ transform(x, c) { log("transform", x); c.enqueue(x); } });
    const writer = writable.getWriter();
    log(writer.desiredSize);
    writer.write(1).then(() => log("written 1"));
    writer.write(2).then(() => log("written 2"));
    log(writer.desiredSize);
    for (let n = 0; n < 20; n++) await 0;
    const reader = readable.getReader();
    log("read", await reader.read());
    for (let n = 0; n < 20; n++) await 0;
    log("read", await reader.read());
    writer.close();
    log(await reader.read());
  },
  async "a transform that fails"(log) {
    const { readable, writable } = new TransformStream({ transform() { throw new Error("no"); } });
    const writer = writable.getWriter(), reader = readable.getReader();
    reader.read().catch((e) => log("read", e));
    await writer.write(1).catch((e) => log("write", e));
    await writer.closed.catch((e) => log("closed", e));
    const flushing = new TransformStream({ flush() { throw new Error("flush"); } });
    flushing.readable.getReader().read().catch((e) => log("read", e));
    await flushing.writable.getWriter().close().catch((e) => log("close", e));
  },
  async "a transform that ends early"(log) {
    const { readable, writable } = new TransformStream({ transform(x, c) { c.enqueue(x); c.terminate(); } }, undefined, { highWaterMark: 3 });
    const writer = writable.getWriter();
    await writer.ready;
    writer.closed.catch((e) => log("closed", e.name));
    await writer.write("only").then(() => log("written"), (e) => log(e.name));
    for await (const x of readable) log(x);
    await writer.write("more").catch((e) => log(e.name));
  },
  async "a transform's controller errors"(log) {
    let controller;
    const { readable, writable } = new TransformStream({ start(c) { controller = c; } });
    log(controller.desiredSize);
    controller.error(new Error("both"));
    await readable.getReader().closed.catch((e) => log("readable", e));
    await writable.getWriter().closed.catch((e) => log("writable", e));
  },
  async "a transform is cancelled and aborted"(log) {
    const one = new TransformStream();
    const writer = one.writable.getWriter();
    await one.readable.cancel("done");
    await writer.closed.catch((e) => log(e));
    const two = new TransformStream();
    const reader = two.readable.getReader();
    await two.writable.abort("gone");
    await reader.read().catch((e) => log(e));
  },
  async "bytes by a default reader"(log) {
    const stream = new ReadableStream({ type: "bytes", start(c) { c.enqueue(new Uint8Array([1, 2, 3])); c.enqueue(new Uint16Array([258])); c.close(); } });
    const reader = stream.getReader();
    for (let n = 0; n < 3; n++) { const { value, done } = await reader.read(); log(done, value && value.constructor.name, value && [...value]); }
  },
  async "a byte controller takes bytes only"(log) {
    let controller;
    new ReadableStream({ type: "bytes", start(c) { controller = c; } });
    for (const x of ["x", 1, new ArrayBuffer(1), new Uint8Array(0), undefined]) try { controller.enqueue(x); log("fine"); } catch (e) { log(e.name); }
    const given = new Uint8Array([1, 2]);
    controller.enqueue(given);
    log(given.length, controller.desiredSize, controller.byobRequest);
  },
  async "reading into a view"(log) {
    const stream = new ReadableStream({ type: "bytes", start(c) { c.enqueue(new Uint8Array([1, 2, 3, 4, 5])); } });
    const reader = stream.getReader({ mode: "byob" });
    const view = new Uint8Array(3);
    const { value } = await reader.read(view);
    log([...value], view.length, value.buffer.byteLength);
    const rest = await reader.read(new Uint8Array(10));
    log([...rest.value], rest.value.buffer.byteLength);
    const waiting = reader.read(new Uint8Array(4));
    await reader.cancel();
    log(await waiting);
    log(await reader.read(new Uint8Array(1)));
  },
  async "answering a request for bytes"(log) {
    const stream = new ReadableStream({ type: "bytes", pull(c) {
      const { byobRequest } = c;
      log(byobRequest.view.byteLength, byobRequest.view.byteOffset);
      byobRequest.view[0] = 7; byobRequest.view[1] = 8;
      byobRequest.respond(2);
      log(byobRequest.view, c.byobRequest);
    } });
    const reader = stream.getReader({ mode: "byob" });
    const { value, done } = await reader.read(new Uint8Array(new ArrayBuffer(8), 2, 4));
    log(done, [...value], value.byteOffset, value.buffer.byteLength);
    const wide = await reader.read(new Uint16Array(2));
    log(wide.value.constructor.name, wide.value.length);
  },
  async "answering with a view of its own"(log) {
    const stream = new ReadableStream({ type: "bytes", pull(c) {
      const { view } = c.byobRequest;
      const buffer = view.buffer.transfer ? view.buffer.transfer() : structuredClone(view.buffer, { transfer: [view.buffer] });
      c.byobRequest.respondWithNewView(new Uint8Array(buffer, 0, 3).fill(9));
    } });
    const { value } = await stream.getReader({ mode: "byob" }).read(new Uint8Array(5));
    log([...value], value.buffer.byteLength);
  },
  async "wrong answers"(log) {
    const stream = new ReadableStream({ type: "bytes", pull(c) {
      for (const f of [() => c.byobRequest.respond(9), () => c.byobRequest.respond(0), () => c.byobRequest.respond(),
        () => c.byobRequest.respondWithNewView(new Uint8Array(9)), () => c.byobRequest.respondWithNewView({}), () => c.byobRequest.respondWithNewView(new Uint8Array(0))]) {
        try { f(); log("fine"); } catch (e) { log(e.name); }
      }
      c.byobRequest.respond(1);
    } });
    log((await stream.getReader({ mode: "byob" }).read(new Uint8Array(4))).value.length);
  },
  async "closing while a view waits"(log) {
    const stream = new ReadableStream({ type: "bytes", pull(c) { c.close(); c.byobRequest.respond(0); } });
    const { value, done } = await stream.getReader({ mode: "byob" }).read(new Uint8Array(4));
    log(done, value.length, value.buffer.byteLength);
  },
  async "half an element at the end"(log) {
    let controller;
    const stream = new ReadableStream({ type: "bytes", start(c) { controller = c; } });
    const reader = stream.getReader({ mode: "byob" });
    const read = reader.read(new Uint16Array(2)).catch((e) => log("read", e.name));
    controller.enqueue(new Uint8Array([1]));
    try { controller.close(); } catch (e) { log(e.name); }
    await read;
  },
  async "automatic buffers"(log) {
    const stream = new ReadableStream({ type: "bytes", autoAllocateChunkSize: 16, pull(c) {
      log(c.byobRequest.view.byteLength); c.byobRequest.view[0] = 5; c.byobRequest.respond(1); } });
    const { value } = await stream.getReader().read();
    log([...value], value.buffer.byteLength);
  },
  async "tee of bytes"(log) {
    const stream = new ReadableStream({ type: "bytes", start(c) { c.enqueue(new Uint8Array([1, 2])); c.close(); } });
    const [a, b] = stream.tee();
    const one = await a.getReader().read(), two = await b.getReader({ mode: "byob" }).read(new Uint8Array(5));
    log([...one.value], [...two.value], one.value.buffer === two.value.buffer);
    one.value[0] = 9;
    log(two.value[0]);
  },
  async "tee of bytes, one is read into a view that waits at the end"(log) {
    let controller;
    const stream = new ReadableStream({ type: "bytes", start(c) { controller = c; } });
    const [a, b] = stream.tee();
    const ra = a.getReader({ mode: "byob" }), rb = b.getReader();
    const one = ra.read(new Uint8Array(3)), two = rb.read();
    for (let n = 0; n < 10; n++) await 0;
    controller.enqueue(new Uint8Array([4]));
    log([...(await one).value], [...(await two).value]);
    const end = ra.read(new Uint8Array(3));
    for (let n = 0; n < 10; n++) await 0;
    controller.close();
    controller.byobRequest?.respond(0);
    const { done, value } = await end;
    log(done, value.length, (await rb.read()).done);
  },
  async "text is encoded and decoded"(log) {
    const text = ["h\u00e9", "\ud83d", "\ude00", "\ud800", "x", "\ud83d"];
    const chunks = [];
    for await (const x of ReadableStream.from(text).pipeThrough(new TextEncoderStream())) chunks.push([...x]);
    log(chunks);
    const bytes = [[0xef, 0xbb, 0xbf, 0x68], [0xc3], [0xa9, 0xf0, 0x9f], [0x98, 0x80], [0xff]].map((x) => new Uint8Array(x));
    let decoded = "";
    for await (const x of ReadableStream.from(bytes).pipeThrough(new TextDecoderStream())) decoded += x;
    log(decoded);
    const fatal = new TextDecoderStream("utf-8", { fatal: true });
    log(fatal.encoding, fatal.fatal, fatal.ignoreBOM, new TextEncoderStream().encoding);
    const writer = fatal.writable.getWriter();
    fatal.readable.getReader().read().catch((e) => log(e.name));
    await writer.write(new Uint8Array([0xff])).catch((e) => log(e.name));
  },
  async "what they are called"(log) {
    for (const C of [ReadableStream, WritableStream, TransformStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamDefaultController,
      ReadableByteStreamController, ReadableStreamBYOBRequest, WritableStreamDefaultWriter, WritableStreamDefaultController, TransformStreamDefaultController,
      ByteLengthQueuingStrategy, CountQueuingStrategy]) {
      log(C.name, C.length, C.prototype[Symbol.toStringTag], Object.keys(C.prototype).sort().join());
    }
    log(ReadableStream.prototype[Symbol.asyncIterator] === ReadableStream.prototype.values, Object.keys(ReadableStream).join(), ReadableStream.from.length);
  },
  async "ticks of a pipe through a transform"(log) {
    const source = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close(); } });
    const reader = source.pipeThrough(new TransformStream()).getReader();
    reader.read().then((r) => log("one", r));
    reader.read().then((r) => log("two", r));
    reader.read().then((r) => log("three", r));
    for (let n = 0; n < 60; n++) await 0;
  },
};

const shown = (x) =>
  x instanceof Error ? `${x.name}: ${x.message}` : x === undefined ? "undefined" : typeof x === "object" && x !== null
    ? (Array.isArray(x) ? `[${x.map(shown).join(", ")}]` : `{${Object.entries(x).sort().map(([k, v]) => `${k}: ${shown(v)}`).join(", ")}}`)
    : JSON.stringify(x);

const lines = [];
const told = () => `${lines.join("\n")}\n`;
(async () => {
  for (const [name, run] of Object.entries(cases)) {
    lines.push(`# ${name}`);
    await run((...all) => lines.push(all.map(shown).join(" "))).catch((e) => lines.push(`threw ${shown(e)}`));
  }
  lines.push("# end");
})();
