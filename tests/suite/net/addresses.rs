//! The addresses that names lead to.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use isolet::{Network, NetworkPolicy, Resolving};

use super::server::Server;
use super::{case, has, here, local, network, rule, run};

const REFUSED: &str = "leads to an address that is refused, because it is not public";

fn leading_to(policy: NetworkPolicy, addresses: &[&str]) -> Network {
    let addresses: Vec<IpAddr> = addresses.iter().map(|it| it.parse().unwrap()).collect();
    Network::new(policy).unwrap().resolver(move |_: &str| -> Resolving {
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    })
}

#[tokio::test]
async fn names_that_lead_inside_are_refused() {
    let server = Server::echo().await;
    let policy = || NetworkPolicy::new().rule(rule(format_args!("http://a.test:{}", server.port)));
    let body = "return text(`http://a.test:${port}/`)";
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "fd00:ec2::254",
        "fe80::1",
    ] {
        let told = case(leading_to(policy(), &[address]), server.port, body).run().await.json();
        has(&told, &["TypeError", "\"a.test\"", REFUSED]);
        assert!(!told.as_str().unwrap().contains(address), "{told}");
    }
    assert_eq!(server.connections(), 0);
    let named = leading_to(policy().addresses(here()), &["127.0.0.1"]);
    has(&case(named, server.port, body).run().await.json(), &["\"GET\""]);
    // The address that is not allowed is left out.
    let mixed = leading_to(policy().addresses(here()), &["::1", "10.0.0.1", "127.0.0.1"]);
    has(&case(mixed, server.port, body).run().await.json(), &["\"GET\""]);
    let none = leading_to(policy(), &[]);
    has(&case(none, server.port, body).run().await.json(), &["the name \"a.test\" was not found"]);
}

/// The name is resolved once for a connection, so a second answer has no effect.
#[tokio::test]
async fn a_name_that_changes_its_address_is_not_followed() {
    let server = Server::echo().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let policy = local(server.port);
    let rebinding = Network::new(policy).unwrap().resolver(move |_: &str| -> Resolving {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { [127, 0, 0, 1] } else { [10, 0, 0, 1] };
        Box::pin(async move { Ok(vec![IpAddr::from(address)]) })
    });
    let told = case(
        rebinding,
        server.port,
        "return [await text(`http://a.test:${port}/`), await text(`http://a.test:${port}/`), await text(`http://b.test:${port}/`)]",
    )
    .run()
    .await
    .json();
    has(&told[0], &["\"GET\""]);
    // The connection that was checked is used again.
    has(&told[1], &["\"GET\""]);
    has(&told[2], &[REFUSED]);
    assert_eq!((asked.load(Ordering::SeqCst), server.connections()), (2, 1));
}

#[tokio::test]
async fn addresses_as_hosts_are_checked_in_every_form() {
    let server = Server::echo().await;
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let names = Arc::clone(&asked);
    let policy = NetworkPolicy::new().rule(rule("http://*:*"));
    let network = Network::new(policy).unwrap().resolver(move |name: &str| -> Resolving {
        names.lock().unwrap().push(name.to_owned());
        Box::pin(async { Ok(vec![]) })
    });
    let told = case(
        network,
        server.port,
        "const hosts = ['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '0', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]',
            '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]', '169.254.169.254', '%31%32%37.0.0.1', '１２７.0.0.1', '127。0。0。1'];
         const all = [];
         for (const host of hosts) all.push(await text(`http://${host}:${port}/`));
         return all",
    )
    .run()
    .await
    .json();
    let told = told.as_array().unwrap();
    assert_eq!(told.len(), 16);
    for text in told {
        has(text, &[REFUSED]);
    }
    assert_eq!((asked.lock().unwrap().len(), server.connections()), (0, 0));
}

/// With the flag `fetch_legacy_url` a URL arrives as it was written.
#[tokio::test]
async fn urls_that_are_kept_are_parsed_by_the_host() {
    let server = Server::echo().await;
    let policy = NetworkPolicy::new().rule(rule("http://*:*"));
    let run = case(
        network(policy),
        server.port,
        "return [await text(`http://2130706433:${port}/`), await text(`HTTP:\\\\\\\\127.1:${port}`), await text(`http://user:pass@a.test:${port}/`)]",
    );
    let told = run.code(|code| code.keep_urls(true)).run().await.json();
    has(&told[0], &[REFUSED]);
    has(&told[1], &["TypeError"]);
    has(&told[2], &["TypeError"]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_rule_may_name_an_address_or_localhost() {
    let server = Server::echo().await;
    let port = server.port;
    let policy = NetworkPolicy::new()
        .rule(rule(format_args!("http://127.0.0.1:{port}")))
        .rule(rule(format_args!("http://localhost:{port}")))
        .rule(rule("http://*:*"));
    let network = Network::new(policy).unwrap();
    let told = case(
        network,
        port,
        "return [await text(`http://127.0.0.1:${port}/`), await text(`http://localhost:${port}/`), await text(`http://2130706433:${port}/`),
            await text(`http://127.0.0.2:${port}/`), await text(`http://127.0.0.1:${port === 1 ? 2 : 1}/`)]",
    )
    .run()
    .await
    .json();
    for at in 0..3 {
        has(&told[at], &["\"GET\""]);
    }
    has(&told[3], &[REFUSED]);
    has(&told[4], &[REFUSED]);
}

#[tokio::test]
async fn a_redirect_to_this_machine_is_refused() {
    let server = Server::echo().await;
    let policy = local(server.port).rule(rule("http://*:*"));
    let policy = NetworkPolicy::clone(&policy);
    let body = "const via = (to) => text(`http://a.test:${port}/to?${to}`);
        return [await via('http://10.0.0.1/'), await via('http://[::1]/'), await via('http://169.254.169.254/latest/meta-data/')]";
    let told = run(policy, &server, body).await;
    for at in 0..3 {
        has(&told[at], &[REFUSED]);
    }
}
