//! Streams, as Node.js 20 has them.

use super::Realm;

/// `node -e "$(cat streams.js); setTimeout(() => process.stdout.write(told()), 500)"`
#[test]
fn streams_do_what_those_of_node_do() {
    let realm = Realm::new();
    realm.eval(include_str!("streams.js"));
    let told = realm.eval("told()");
    assert_eq!(told, include_str!("streams.txt"));
}
