//! Sockets whose other end is elsewhere: what the host is asked, and what its answers do.

use isolet_wire::{Interface, Value, Writer};

use super::{Guest, json, message};
use crate::{
    Call, Capability, Effect, Entrypoint, Event, Invoke, Load, Message, Outcome, Receiver, Settled,
    Settlement,
};

macro_rules! value {
    ($of:expr) => {
        Value::from_serialize(&$of).expect("a value")
    };
}

/// Loads a worker whose outbound is the capability 5.
fn outbound(source: &str) -> Guest {
    let mut guest = Guest::js(source);
    let mut env = Writer::new();
    env.begin_array(2);
    env.begin_object();
    env.end();
    env.capability(0);
    let env = Message { data: env.finish(), capabilities: vec![Capability::Service(5)] };
    let loaded = guest.turn(Event::Load(Load {
        invocation: 1,
        seed: 7,
        stack_bytes: 256 << 10,
        dynamic_code: true,
        transfers_stubs: false,
        maps_promises: false,
        keeps_urls: false,
        node_globals: false,
        watched: false,
        time_zone: None,
        max_code_bytes: 0,
        main: "main.js".to_owned(),
        env,
    }));
    assert!(matches!(loaded.effects[..], [Effect::Loaded]), "{:?}", loaded.effects);
    guest
}

fn invoke(
    guest: &mut Guest,
    invocation: u32,
    receiver: Receiver,
    method: &str,
    arguments: &Value,
) -> Outcome {
    guest.turn(Event::Invoke(Invoke {
        invocation,
        receiver,
        path: vec![method.to_owned()],
        arguments: Some(message(arguments)),
        to_host: true,
        reseed: None,
    }))
}

fn default() -> Receiver {
    Receiver::Entrypoint(Entrypoint { name: None, props: None })
}

fn calls(outcome: &Outcome) -> Vec<&Call> {
    let effects = outcome.effects.iter();
    let calls =
        effects.filter_map(|it| if let Effect::Call(call) = it { Some(call) } else { None });
    calls.collect()
}

fn settlements(outcome: &Outcome) -> Vec<(u32, String)> {
    let settled = |effect: &Effect| match effect {
        Effect::Settle(Settlement { invocation, result: Ok(value), .. }) => {
            Some((*invocation, json(value)))
        }
        Effect::Settle(Settlement { invocation, result: Err(thrown), .. }) => {
            Some((*invocation, format!("threw {}", json(thrown))))
        }
        _ => None,
    };
    outcome.effects.iter().filter_map(settled).collect()
}

fn arguments(call: &Call) -> String {
    json(call.arguments.as_ref().expect("arguments"))
}

fn answer(guest: &mut Guest, call: u32, value: &Value) -> Outcome {
    guest.turn(Event::Settled(Settled { call, result: Ok(message(value)) }))
}

/// A socket of the host, as its capability 6.
fn response() -> Message {
    let mut writer = Writer::new();
    writer.begin_object();
    writer.string("status");
    writer.int(101);
    writer.string("webSocket");
    writer.capability(0);
    writer.end();
    Message { data: writer.finish(), capabilities: vec![Capability::Service(6)] }
}

#[test]
fn a_socket_to_the_outside_asks_and_sends() {
    let mut guest = outbound(
        "export default { async run() {
            const told = []; const ws = new WebSocket('ws://a.example/p', 'one');
            ws.onopen = () => { told.push('open'); ws.send('a'); ws.send(new Uint8Array([1])) };
            ws.onmessage = ({ data, origin }) => { told.push(data, origin); ws.close(4000, 'bye') };
            const { code, wasClean } = await new Promise((resolve) => { ws.onclose = resolve });
            return [...told, code, wasClean, ws.bufferedAmount] } }",
    );
    let outcome = invoke(&mut guest, 2, default(), "run", &Value::array_of(&[]));
    let [fetch] = calls(&outcome)[..] else { panic!("{outcome:?}") };
    assert!(matches!(fetch.target, Capability::Service(5)));
    // It names a signal, so it is no JSON.
    let sent = fetch.arguments.as_ref().map(|it| String::from_utf8_lossy(&it.data));
    let sent = sent.expect("arguments");
    assert!(
        sent.contains("http://a.example/p") && sent.contains("websocket") && sent.contains("one"),
        "{sent}"
    );
    let answer_to = fetch.id;
    let outcome = guest.turn(Event::Settled(Settled { call: answer_to, result: Ok(response()) }));
    let asked: Vec<_> =
        calls(&outcome).iter().map(|it| (it.path.join("."), arguments(it), it.id)).collect();
    assert_eq!((asked[0].0.as_str(), asked[1].0.as_str()), ("receive", "send"), "{asked:?}");
    assert!(asked[1].1.starts_with(r#"[["a","#), "{asked:?}");
    assert!(calls(&outcome).iter().all(|it| matches!(it.target, Capability::Service(6))));
    // Nothing is sent before what was sent is taken.
    let outcome = answer(&mut guest, asked[0].2, &value!(["hello"]));
    let [next] = calls(&outcome)[..] else { panic!("{outcome:?}") };
    assert_eq!(next.path, ["receive"]);
    let receiving = next.id;
    let outcome = answer(&mut guest, asked[1].2, &Value::undefined());
    let [closing] = calls(&outcome)[..] else { panic!("{outcome:?}") };
    assert_eq!(arguments(closing), r#"[[[4000,"bye"]]]"#);
    let closing = closing.id;
    answer(&mut guest, closing, &Value::undefined());
    let outcome = answer(&mut guest, receiving, &value!([(4000, "bye")]));
    let expected = r#"["open","hello","ws://a.example",4000,true,0]"#;
    assert_eq!(settlements(&outcome), [(2, expected.to_owned())]);
    // The end is let go of.
    let released = |it: &Effect| {
        matches!(it, Effect::Release(Capability::Service(6) | Capability::Imported(6)))
    };
    assert!(outcome.effects.iter().any(released), "{outcome:?}");
}

#[test]
fn a_socket_of_a_client_is_an_object_that_others_call() {
    let mut guest = outbound(
        "export default { fetch(request) {
            const { 0: client, 1: server } = new WebSocketPair(); server.accept();
            server.onmessage = async ({ data }) => { await null; server.send(`got ${data}`) };
            server.onclose = ({ code }) => console.log('closed', code);
            return new Response(null, { status: 101, webSocket: client }) } }",
    );
    let request = value!([request()]);
    let outcome = invoke(&mut guest, 2, default(), "fetch", &request);
    let [Effect::Settle(Settlement { invocation: 2, result: Ok(response), waiting: true })] =
        &outcome.effects[..]
    else {
        panic!("{outcome:?}")
    };
    let [Capability::Exported(end)] = response.capabilities[..] else { panic!("{response:?}") };
    // It waits for a message, at most for that time.
    let outcome = invoke(&mut guest, 3, Receiver::Exported(end), "receive", &value!([10]));
    assert!(outcome.effects.is_empty() && outcome.alarm.is_some(), "{outcome:?}");
    let outcome = invoke(&mut guest, 4, Receiver::Exported(end), "send", &value!([["hi"]]));
    let mut told = settlements(&outcome);
    told.sort();
    assert_eq!(told, [(3, r#"["got hi"]"#.to_owned()), (4, "null".to_owned())]);
    invoke(&mut guest, 5, Receiver::Exported(end), "receive", &value!([10]));
    guest.now += 10.0;
    assert_eq!(settlements(&guest.turn(Event::Alarm)), [(5, "[]".to_owned())]);
    // The close is answered, and ends the invocation that has opened the socket.
    invoke(&mut guest, 6, Receiver::Exported(end), "send", &value!([[(4000, "bye")]]));
    assert_eq!(guest.log.borrow()[..], ["closed 4000"]);
    let outcome = invoke(&mut guest, 7, Receiver::Exported(end), "receive", &value!([10]));
    assert_eq!(settlements(&outcome), [(7, r#"[[4000,"bye"]]"#.to_owned())]);
    assert!(outcome.effects.iter().any(|it| matches!(it, Effect::Waited(2))), "{outcome:?}");
}

/// The sockets of a client that has left are told, whether the invocation is open or over.
#[test]
fn a_socket_whose_holder_is_gone() {
    for is_over in [false, true] {
        let mut guest = outbound(
            "export default { fetch(request) {
                const { 0: client, 1: server } = new WebSocketPair(); server.accept();
                server.onclose = ({ code, wasClean }) => console.log('closed', code, wasClean);
                return new Response(null, { status: 101, webSocket: client }) } }",
        );
        let outcome = invoke(&mut guest, 2, default(), "fetch", &value!([request()]));
        let [Effect::Settle(Settlement { result: Ok(response), .. })] = &outcome.effects[..] else {
            panic!("{outcome:?}")
        };
        let [Capability::Exported(end)] = response.capabilities[..] else { panic!("{response:?}") };
        if is_over {
            guest.turn(Event::Cancel(2));
        }
        let outcome = guest.turn(Event::Released(end));
        if outcome.alarm.is_some() {
            guest.turn(Event::Alarm);
        }
        assert_eq!(guest.log.borrow()[..], ["closed 1006 false"], "{is_over}");
    }
}

fn request() -> Value {
    Value::object_of([("url", &value!("http://a.example/")), ("method", &value!("GET"))])
}

/// The streams of a connection, as the capabilities 7 and 8.
fn connection() -> Message {
    let mut writer = Writer::new();
    writer.begin_object();
    for (position, name, interface, end) in [
        (0, "readable", Interface::ReadableStream, "source"),
        (1, "writable", Interface::WritableStream, "sink"),
    ] {
        writer.string(name);
        writer.begin_interface(interface);
        writer.string(end);
        writer.capability(position);
        writer.end();
    }
    writer.end();
    Message {
        data: writer.finish(),
        capabilities: vec![Capability::Service(7), Capability::Service(8)],
    }
}

#[test]
fn a_connection_is_two_streams() {
    let mut guest = outbound(
        "import { connect } from 'cloudflare:sockets';
         export default { async run() {
            const socket = connect('a.example:5432', { secureTransport: 'on' });
            const writer = socket.writable.getWriter(); const reader = socket.readable.getReader();
            await writer.write(new Uint8Array([1]));
            const { value } = await reader.read(); const { done } = await reader.read();
            const { remoteAddress } = await socket.opened; await socket.closed;
            return [value.length, done, remoteAddress, socket.secureTransport] } }",
    );
    let outcome = invoke(&mut guest, 2, default(), "run", &Value::array_of(&[]));
    let [connecting] = calls(&outcome)[..] else { panic!("{outcome:?}") };
    assert_eq!(connecting.path, ["connect"]);
    assert_eq!(
        arguments(connecting),
        r#"[{"hostname":"a.example","port":5432,"secureTransport":"on"}]"#
    );
    let id = connecting.id;
    let mut outcome = guest.turn(Event::Settled(Settled { call: id, result: Ok(connection()) }));
    let mut pulls = 0;
    let mut methods = Vec::new();
    // Answers each call until the program has returned.
    for _ in 0..20 {
        let asked: Vec<_> = calls(&outcome).iter().map(|it| (it.id, it.path.join("."))).collect();
        if let [done] = &settlements(&outcome)[..] {
            assert_eq!(done.1, r#"[3,true,"a.example:5432","on"]"#);
            assert!(
                methods.contains(&"write".to_owned()) && methods.contains(&"close".to_owned()),
                "{methods:?}"
            );
            return;
        }
        let mut next = None;
        for (id, method) in asked {
            let result = match (method.as_str(), pulls) {
                ("pull", 0) => bytes(),
                _ => Value::undefined(),
            };
            pulls += u32::from(method == "pull");
            methods.push(method);
            let answered = answer(&mut guest, id, &result);
            next = Some(match next {
                None => answered,
                Some(Outcome { mut effects, .. }) => {
                    effects.extend(answered.effects);
                    Outcome { effects, alarm: answered.alarm }
                }
            });
        }
        outcome = next.expect("a call");
    }
    panic!("{methods:?}");
}

fn bytes() -> Value {
    let mut writer = Writer::new();
    writer.array_buffer(&[1, 2, 3]);
    Value::from_bytes(writer.finish(), Vec::new()).expect("bytes")
}
