//! Streams as Rust values.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::{SinkExt, StreamExt, TryStreamExt, stream};
use isolet::{ByteSink, ByteStream, Bytes, Entrypoint, Stub, Thrown, Worker};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWrite, ReadBuf};

use crate::family::lone;
use crate::harness::soon;

const STREAMS: &str = "
    const told = [], opens = [];
    const text = (bytes) => new TextDecoder().decode(bytes);
    export default class extends WorkerEntrypoint {
        told() { return told }
        async read(stream) { return new Response(stream).text() }
        async first(stream) { const reader = stream.getReader(); const { value } = await reader.read(); await reader.cancel('enough'); return text(value) }
        async sizes(stream) { const sizes = []; for await (const chunk of stream) sizes.push(chunk.length); return sizes }
        numbers(count) { let n = 0; return new ReadableStream({
            pull(c) { n++; if (n > count) throw new RangeError('no more'); c.enqueue(new TextEncoder().encode(`${n} `)) },
            cancel(reason) { told.push(`cancelled: ${reason.message}`) },
        }, { highWaterMark: 0 }) }
        text() { return 'data' }
        async write(sink, ...texts) { const writer = sink.getWriter();
            for (const one of texts) await writer.write(new TextEncoder().encode(one)); await writer.close() }
        async abandon(sink) { await sink.abort(new Error('no')) }
        sink() { return new WritableStream({ write(chunk) { if (text(chunk) === 'bad') throw new RangeError('refused'); told.push(text(chunk)) },
            close() { told.push('closed') }, abort(reason) { told.push(`aborted: ${reason.message}`) } }) }
        kind(value) { return value.constructor.name }
        slow() { return new ReadableStream({ pull(c) { return new Promise((go) => { this.open = go }).then(() => c.enqueue(new Uint8Array(1))) },
            open: null, start(c) { opens.push(() => this.open()) } }, { highWaterMark: 0 }) }
        slowSink() { let open; opens.push(() => open()); return new WritableStream({ write() { return new Promise((go) => { open = go }) } }) }
        open() { opens.pop()() }
        later() { this.ctx.waitUntil(new Promise((go) => setTimeout(go, 1)).then(() => console.log('late'))); return () => {} }
        async fetch(request) { return new Response(request.body.pipeThrough(new TransformStream())) }
        garbage(kind) { return kind === 0 ? () => 'text' : kind === 1 ? { source: () => 1 } : kind === 2 ? new Date(0) : { source: 7 } }
    };";

/// The caller must keep the worker, because its stubs keep only its sandbox alive.
fn worker() -> (Worker, Entrypoint) {
    let worker = lone(STREAMS).worker();
    let entrypoint = worker.entrypoint();
    (worker, entrypoint)
}

fn chunks(texts: &'static [&'static str]) -> ByteStream {
    ByteStream::new(stream::iter(
        texts.iter().map(|text| Ok::<_, Thrown>(text.as_bytes().to_vec())),
    ))
}

async fn text(stream: ByteStream) -> String {
    let bytes = soon(stream.map_ok(Bytes::into_vec).try_concat()).await.expect("bytes");
    String::from_utf8(bytes).expect("text")
}

/// Waits until the worker has told `count` texts. It is told of dropped streams by an event.
async fn told(entrypoint: &Entrypoint, count: usize) -> Vec<String> {
    soon(async {
        loop {
            let told: Vec<String> = entrypoint.call("told", ()).await.expect("texts");
            if told.len() >= count {
                return told;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

#[tokio::test]
async fn rust_sends_a_stream() {
    let (_worker, entrypoint) = worker();
    let read: String = soon(entrypoint.call("read", (chunks(&["a", "", "bc"]),))).await.unwrap();
    assert_eq!(read, "abc");
    let reader = std::io::Cursor::new(vec![b'x'; 100_000]);
    let reader = ByteStream::from_reader(Slow(reader));
    let sizes: Vec<usize> = soon(entrypoint.call("sizes", (reader,))).await.unwrap();
    assert_eq!(sizes, [65_536, 34_464]);
    let large = ByteStream::from(vec![0; 600_000]);
    let sizes: Vec<usize> = soon(entrypoint.call("sizes", (large,))).await.unwrap();
    assert_eq!(sizes, [262_144, 262_144, 75_712]);
    let kind: String = soon(entrypoint.call("kind", (chunks(&[]),))).await.unwrap();
    assert_eq!(kind, "ReadableStream");
}

/// A reader that is not tokio's own.
struct Slow(std::io::Cursor<Vec<u8>>);

impl tokio::io::AsyncRead for Slow {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let count = std::io::Read::read(&mut self.0, buffer.initialize_unfilled())?;
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn an_error_of_rusts_reaches_javascript() {
    let (_worker, entrypoint) = worker();
    let failing = stream::iter([Ok(b"a".to_vec()), Err(Thrown::named("DiskError", "full"))]);
    let read = soon(entrypoint.call::<String>("read", (ByteStream::new(failing),))).await;
    let Err(isolet::Error::Exception(exception)) = read else { panic!("{read:?}") };
    assert_eq!((&*exception.name, &*exception.message), ("DiskError", "full"));
}

/// Rust makes one chunk for each one that is read.
#[tokio::test]
async fn what_rust_makes_is_asked_for() {
    let (_worker, entrypoint) = worker();
    let made = Arc::new(AtomicUsize::new(0));
    let dropped = Arc::new(());
    let (count, alive) = (Arc::clone(&made), Arc::clone(&dropped));
    let endless = stream::repeat_with(move || {
        let _ = &alive;
        count.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Thrown>(b"x".to_vec())
    });
    let first: String = soon(entrypoint.call("first", (ByteStream::new(endless),))).await.unwrap();
    assert_eq!((&*first, made.load(Ordering::Relaxed)), ("x", 1));
    while Arc::strong_count(&dropped) > 1 {
        soon(tokio::task::yield_now()).await;
    }
}

#[tokio::test]
async fn rust_reads_a_stream() {
    let (_worker, entrypoint) = worker();
    let mut numbers: ByteStream = soon(entrypoint.call("numbers", (2,))).await.unwrap();
    let mut next = async || soon(numbers.next()).await;
    assert_eq!(next().await.unwrap().unwrap(), Bytes::from(b"1 ".to_vec()));
    assert_eq!(next().await.unwrap().unwrap(), Bytes::from(b"2 ".to_vec()));
    let error = next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("no more"), "{error}");
    assert!(next().await.is_none());
    let data: ByteStream = soon(entrypoint.call("text", ())).await.unwrap();
    assert_eq!(text(data).await, "data");
}

#[tokio::test]
async fn what_rust_drops_is_cancelled() {
    let (_worker, entrypoint) = worker();
    let numbers: ByteStream = soon(entrypoint.call("numbers", (9,))).await.unwrap();
    drop(numbers);
    let mut numbers: ByteStream = soon(entrypoint.call("numbers", (9,))).await.unwrap();
    assert!(soon(numbers.next()).await.is_some());
    soon(numbers.cancel("that will do")).await.unwrap();
    let sink: ByteSink = soon(entrypoint.call("sink", ())).await.unwrap();
    drop(sink);
    let mut told = told(&entrypoint, 3).await;
    told.sort();
    let dropped = "The other side of the stream has dropped it.";
    let expected = [
        "aborted: WritableStream received over RPC was disconnected because the remote execution \
         context has ended."
            .to_owned(),
        format!("cancelled: {dropped}"),
        "cancelled: that will do".to_owned(),
    ];
    assert_eq!(told, expected);
}

#[derive(Serialize, Deserialize)]
struct Request {
    url: String,
    method: String,
    body: Option<ByteStream>,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    body: Option<ByteStream>,
}

/// A body goes from Rust into the sandbox and back.
#[tokio::test]
async fn a_body_goes_there_and_back() {
    let (_worker, entrypoint) = worker();
    let request =
        |body| Request { url: "http://a/".to_owned(), method: "POST".to_owned(), body: Some(body) };
    let response: Response =
        soon(entrypoint.call("fetch", (request(chunks(&["to ", "and ", "fro"])),))).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(text(response.body.expect("a body")).await, "to and fro");
}

#[tokio::test]
async fn a_stream_is_sent_once() {
    let (_worker, entrypoint) = worker();
    let once = chunks(&["a"]);
    let read: String = soon(entrypoint.call("read", (&once,))).await.unwrap();
    assert_eq!(read, "a");
    let again = soon(entrypoint.call::<String>("read", (&once,))).await.unwrap_err();
    assert!(again.to_string().contains("the stream was sent already"), "{again}");
    assert_eq!(text(once).await, "");
}

/// A stream from one worker goes to another one as it is.
#[tokio::test]
async fn a_stream_is_handed_on_through_rust() {
    let ((_one, one), (_two, two)) = (worker(), worker());
    let request = |body| Request { url: "http://a/".to_owned(), method: "POST".to_owned(), body };
    let made: Response =
        soon(one.call("fetch", (request(Some(chunks(&["x", "y"]))),))).await.unwrap();
    let read: String = soon(two.call("read", (made.body,))).await.unwrap();
    assert_eq!(read, "xy");
    let sink: ByteSink = soon(one.call("sink", ())).await.unwrap();
    let () = soon(two.call("write", (sink, "a", "b"))).await.unwrap();
    assert_eq!(told(&one, 3).await, ["a", "b", "closed"]);
}

#[tokio::test]
async fn rust_writes_to_a_sink() {
    let (_worker, entrypoint) = worker();
    let mut sink: ByteSink = soon(entrypoint.call("sink", ())).await.unwrap();
    soon(sink.send(b"one".to_vec().into())).await.unwrap();
    soon(sink.send(b"two".to_vec().into())).await.unwrap();
    soon(sink.close()).await.unwrap();
    assert_eq!(told(&entrypoint, 3).await, ["one", "two", "closed"]);
    let mut sink: ByteSink = soon(entrypoint.call("sink", ())).await.unwrap();
    let error = soon(sink.send(b"bad".to_vec().into())).await.unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(soon(sink.send(b"more".to_vec().into())).await.is_err());
    let sink: ByteSink = soon(entrypoint.call("sink", ())).await.unwrap();
    soon(sink.abort("changed my mind")).await.unwrap();
    assert_eq!(told(&entrypoint, 4).await[3], "aborted: changed my mind");
}

/// Takes one byte at a time, and records flushes and shutdowns.
#[derive(Clone, Default)]
struct Narrow(Arc<Mutex<Vec<u8>>>);

impl AsyncWrite for Narrow {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if bytes[0] == b'!' {
            return Poll::Ready(Err(std::io::Error::other("a bang")));
        }
        self.0.lock().unwrap().push(bytes[0]);
        Poll::Ready(Ok(1))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.0.lock().unwrap().push(b'/');
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.0.lock().unwrap().push(b'.');
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn javascript_writes_to_rust() {
    let (_worker, entrypoint) = worker();
    let writer = Narrow::default();
    let written = Arc::clone(&writer.0);
    let sink = ByteSink::from_writer(writer.clone());
    let () = soon(entrypoint.call("write", (sink, "ab", "c"))).await.unwrap();
    assert_eq!(*written.lock().unwrap(), b"ab/c/.");
    let sink = ByteSink::from_writer(writer.clone());
    let error = soon(entrypoint.call::<()>("write", (sink, "d", "!"))).await.unwrap_err();
    assert!(error.to_string().contains("a bang"), "{error}");
    let () = soon(entrypoint.call("abandon", (ByteSink::from_writer(writer),))).await.unwrap();
    assert_eq!(*written.lock().unwrap(), b"ab/c/.d/");
}

struct Files;

#[isolet::capability]
impl Files {
    /// A file of that many bytes.
    pub async fn open(&self, bytes: usize) -> ByteStream {
        ByteStream::new(stream::iter(
            (0..bytes).map(|n| Ok::<_, Thrown>(vec![b"0123456789"[n % 10]])),
        ))
    }

    /// Its length.
    pub async fn store(&self, body: ByteStream) -> Result<usize, isolet::Error> {
        body.try_fold(0, async |total, chunk| Ok(total + chunk.len())).await
    }
}

#[tokio::test]
async fn a_capability_takes_and_returns_streams() {
    let run = crate::harness::Case::body(
        "const file = await env.FILES.open(12);
         const [one, two] = file.tee();
         return [await new Response(one).text(), await env.FILES.store(two), await env.FILES.store(new Blob(['abc']).stream()), await env.FILES.store('text')]",
    )
    .env("FILES", Files)
    .run()
    .await;
    let _ = run.expect_ok(serde_json::json!(["012345678901", 12, 3, 4]));
    let declaration = isolet::Capability::declaration(&Files).expect("a declaration");
    assert!(declaration.contains("open(bytes: number): Promise<ReadableStream>"), "{declaration}");
    assert!(declaration.contains("store(body: ReadableStream): Promise<number>"), "{declaration}");
}

/// The stream cannot end before somebody has it.
#[tokio::test]
async fn a_stream_is_reported_when_it_is_returned() {
    let (_worker, entrypoint) = worker();
    let report = soon(entrypoint.run(Some("numbers"), (3,))).await;
    assert!(report.usage.fuel > 0);
    let numbers: ByteStream = report.result.expect("a value").to().expect("a stream");
    let first = soon(numbers.take(3).map_ok(Bytes::into_vec).try_concat()).await.expect("bytes");
    assert_eq!(first, b"1 2 3 ");
    // A call that waits for something else is reported at its end.
    let report = soon(entrypoint.run(Some("later"), ())).await;
    assert_eq!(report.logs.len(), 1);
}

/// Other tasks run in between.
#[tokio::test]
async fn any_number_of_empty_chunks() {
    let (_worker, entrypoint) = worker();
    let others = Arc::new(AtomicUsize::new(0));
    let (asked, met) = (Arc::clone(&others), Arc::clone(&others));
    let empty = stream::iter(0..10_000).map(move |n| {
        if n == 0 {
            let others = Arc::clone(&asked);
            tokio::spawn(async move { others.store(1, Ordering::SeqCst) });
        }
        Ok::<_, Thrown>(Vec::new())
    });
    let last =
        stream::once(async move { Ok(vec![b'0' + u8::from(met.load(Ordering::SeqCst) > 0)]) });
    let read: String =
        soon(entrypoint.call("read", (ByteStream::new(empty.chain(last)),))).await.unwrap();
    assert_eq!(read, "1");
}

/// A stream makes calls, one at a time.
#[tokio::test]
async fn a_stream_is_not_asked_twice_at_once() {
    #[derive(Deserialize)]
    struct Ends {
        #[serde(alias = "sink")]
        source: Stub,
    }
    let (_worker, entrypoint) = worker();
    let slow: Ends = soon(entrypoint.call("slow", ())).await.unwrap();
    let (first, second) = (
        slow.source.call::<isolet::Value>("pull", ()),
        slow.source.call::<isolet::Value>("pull", ()),
    );
    let refused = soon(second).await.unwrap_err();
    assert!(refused.to_string().contains("The stream is being pulled already."), "{refused}");
    let () = soon(entrypoint.call("open", ())).await.unwrap();
    assert!(soon(first).await.is_ok());
    let slow: Ends = soon(entrypoint.call("slowSink", ())).await.unwrap();
    let bytes = || (Bytes::from(vec![0; 9]),);
    let (first, second) = (
        slow.source.call::<isolet::Value>("write", bytes()),
        slow.source.call::<isolet::Value>("write", bytes()),
    );
    let refused = soon(second).await.unwrap_err();
    assert!(refused.to_string().contains("The stream is being written to already."), "{refused}");
    let () = soon(entrypoint.call("open", ())).await.unwrap();
    assert!(soon(first).await.is_ok());
    let refused = soon(slow.source.call::<isolet::Value>("write", (7,))).await.unwrap_err();
    assert!(refused.to_string().contains("only takes bytes"), "{refused}");
    for method in ["withdraw", "cut", "constructor", "read"] {
        assert!(soon(slow.source.call::<isolet::Value>(method, ())).await.is_err(), "{method}");
    }
}

/// Each stream has a sandbox of its own, which lives as long as the stream.
#[tokio::test]
async fn a_fresh_sandbox_lives_as_long_as_its_stream() {
    let worker = lone(STREAMS).worker().fresh_per_call();
    let entrypoint = worker.entrypoint();
    let mut both = Vec::new();
    for _ in 0..2 {
        both.push(soon(entrypoint.call::<ByteStream>("numbers", (2,))).await.unwrap());
    }
    drop((worker, entrypoint));
    for numbers in both {
        let read = soon(numbers.take(2).map_ok(Bytes::into_vec).try_concat()).await.unwrap();
        assert_eq!(read, b"1 2 ");
    }
}

/// A value that claims to be a stream, and its answers, may be anything.
#[tokio::test]
async fn what_is_no_stream_is_refused() {
    let (_worker, entrypoint) = worker();
    for kind in [0, 2, 3] {
        let refused = soon(entrypoint.call::<ByteStream>("garbage", (kind,))).await;
        assert!(refused.is_err(), "{kind}: {refused:?}");
        let refused = soon(entrypoint.call::<ByteSink>("garbage", (kind,))).await;
        assert!(refused.is_err(), "{kind}: {refused:?}");
    }
    let mut odd: ByteStream = soon(entrypoint.call("garbage", (1,))).await.unwrap();
    assert!(soon(odd.next()).await.unwrap().is_err());
    assert!(soon(odd.next()).await.is_none());
    struct Liar(serde_json::Value);
    impl isolet::Capability for Liar {
        fn call(self: Arc<Self>, _: &str, _: isolet::Value) -> isolet::Answer {
            Box::pin(std::future::ready(Ok(isolet::Value::from_serialize(&self.0).unwrap())))
        }
    }
    #[derive(Serialize)]
    struct Forged {
        source: Stub,
    }
    for answer in
        [serde_json::json!(1), serde_json::json!([1]), serde_json::json!({ "done": true })]
    {
        let forged = Forged { source: Stub::new(Liar(answer)) };
        let mut forged: ByteStream = isolet::Value::from_serialize(&forged).unwrap().to().unwrap();
        let error = soon(forged.next()).await.unwrap().unwrap_err();
        assert!(error.to_string().contains("did not return bytes"), "{error}");
        assert!(soon(forged.next()).await.is_none());
    }
}
