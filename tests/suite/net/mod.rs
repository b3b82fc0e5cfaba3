//! Requests of workers to the outside, to real servers.

mod addresses;
mod audit;
mod event_source;
mod headers;
mod limits;
mod policy;
mod secrets;
mod server;
mod tcp;
mod transport;
mod web_sockets;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use isolet::{Network, NetworkPolicy, NetworkRecord, Resolving, Rule, Stub};
use serde_json::Value as Json;

use crate::harness::Case;
use server::Server;

/// The beginning of a test's program: `text(url, init)` returns the text of a
/// response, or the message of the error.
const PRELUDE: &str = "const port = arg;
    const told = async (make) => { try { return await make() } catch (e) { return `${e.name}: ${e.message}` } };
    const text = (url, init) => told(async () => (await fetch(url, init)).text());
    const json = (url, init) => told(async () => (await fetch(url, init)).json());
    const header = (echo, name) => echo.headers.filter(([other]) => other === name).map(([, value]) => value);";

fn rule(to: impl std::fmt::Display) -> Rule {
    Rule::new(to.to_string().parse().expect("a destination"))
}

/// Returns a policy that allows requests to any name on this port, and that names lead to this
/// machine.
fn local(port: u16) -> NetworkPolicy {
    NetworkPolicy::new().rule(rule(format_args!("http://*.test:{port}"))).addresses(here())
}

fn here() -> isolet::AddressRange {
    "127.0.0.1".parse().expect("an address")
}

/// Creates a network in which every name leads to this machine.
fn network(policy: NetworkPolicy) -> Network {
    Network::new(policy).expect("a network").resolver(|_: &str| -> Resolving {
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    })
}

/// Creates a case that has the network and, as its argument, a port.
fn case(network: Network, port: u16, body: &str) -> Case {
    let body = format!("{PRELUDE} {body}");
    Case::body(&body).arg(port).code(|code| code.outbound(Stub::new(network)))
}

/// Runs a program with a policy.
async fn run(policy: NetworkPolicy, server: &Server, body: &str) -> Json {
    case(network(policy), server.port, body).run().await.json()
}

/// Asserts that a text contains each of the parts.
#[track_caller]
fn has(text: &Json, parts: &[&str]) {
    for part in parts {
        assert!(text.as_str().is_some_and(|text| text.contains(part)), "{part:?} is not in {text}");
    }
}

/// Keeps the records of a network.
#[derive(Clone, Default)]
struct Records(Arc<Mutex<Vec<NetworkRecord>>>);

impl Records {
    fn audit(&self, network: Network) -> Network {
        let records = Arc::clone(&self.0);
        network.audit(move |record: &NetworkRecord| records.lock().unwrap().push(record.clone()))
    }

    /// Waits until there are that many. A response that is let go is cancelled by an event.
    async fn wait(&self, count: usize) -> Vec<NetworkRecord> {
        crate::harness::soon(async {
            while self.0.lock().unwrap().len() < count {
                tokio::task::yield_now().await;
            }
        })
        .await;
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}
