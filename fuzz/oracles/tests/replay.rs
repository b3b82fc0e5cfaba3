//! Each input of the corpus, and each that once failed.

use std::path::Path;

fn replay(target: &str, run: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        println!("{}", path.display());
        run(&std::fs::read(&path).expect("an input"));
        count += 1;
    }
    assert!(count > 10, "{} holds {count} inputs", folder.display());
}

#[test]
fn wire() {
    replay("wire", isolet_oracles::wire);
}

#[test]
fn transpile() {
    replay("transpile", |data| drop(isolet_oracles::transpile(data)));
}

#[test]
fn resolver() {
    replay("resolver", |data| drop(isolet_oracles::resolver(data)));
}
