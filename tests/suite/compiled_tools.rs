//! Tools that were compiled before, and who can make them.

use std::fs;
use std::path::PathBuf;

use isolet::{CompiledTools, Tool, ToolError, ToolOptions};
use serde_json::json;

use crate::dirs::Folder;
use crate::harness::{backend, backends};
use crate::tools::{CAT, options, program, run};

const KEY: [u8; 32] = [9; 32];

fn tools(folder: &Folder, key: [u8; 32]) -> CompiledTools {
    CompiledTools::open(folder.path("tools"), &key).expect("a folder")
}

fn entries(folder: &Folder) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.path("tools")).expect("the folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn load(tools: &CompiledTools, module: &[u8], options: ToolOptions) -> Option<Tool> {
    tools.load(module, options).expect("it is a program")
}

#[tokio::test]
async fn a_compiled_tool_runs() {
    let folder = Folder::new();
    let module = program(CAT);
    assert!(load(&tools(&folder, KEY), &module, options()).is_none());
    let made = tools(&folder, KEY).compile(&module, options()).expect("it compiles");
    let loaded = load(&tools(&folder, KEY), &module, options().name("cat").output_bytes(3));
    let body = "const { exitCode, stdout } = await T.run([], { stdin: 'text' }); return [exitCode, stdout]";
    let _ = run(made, body).await.expect_ok(json!([7, "text"]));
    // The options are those of the one who loads it.
    let _ = run(loaded.expect("it is there"), body).await.expect_ok(json!([7, "tex"]));
}

#[test]
fn another_module_key_or_backend_has_another_entry() {
    let folder = Folder::new();
    let module = program(CAT);
    tools(&folder, KEY).compile(&module, options()).expect("it compiles");
    assert!(load(&tools(&folder, KEY), &program(""), options()).is_none());
    assert!(load(&tools(&folder, [8; 32]), &module, options()).is_none());
    for other in backends().iter().filter(|it| **it != backend()) {
        assert!(load(&tools(&folder, KEY), &module, options().backend(*other)).is_none());
    }
    assert!(load(&tools(&folder, KEY), &module, options()).is_some());
}

#[test]
fn what_was_altered_is_not_loaded() {
    let folder = Folder::new();
    let (tools, module) = (tools(&folder, KEY), program(CAT));
    tools.compile(&module, options()).expect("it compiles");
    let [path] = entries(&folder).try_into().expect("one entry");
    let whole = fs::read(&path).expect("the entry");
    let is_loaded = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("it is written");
        load(&tools, &module, options()).is_some()
    };
    assert!(is_loaded(&whole));
    let places = [0, 7, 8, 19, 20, 100, whole.len() / 2, whole.len() - 17, whole.len() - 1];
    for at in places {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        assert!(!is_loaded(&altered), "{at}");
    }
    for length in [0, 7, 8, 20, 36, whole.len() / 2, whole.len() - 1] {
        assert!(!is_loaded(&whole[..length]), "{length}");
    }
    assert!(!is_loaded(&[&whole[..], b"x"].concat()));
    // Compiled code as it is, without a key.
    assert!(!is_loaded(b"\x7fELF\x02\x01\x01\0"));
    assert!(is_loaded(&whole));
}

#[test]
fn an_entry_under_the_name_of_another_is_not_loaded() {
    let folder = Folder::new();
    let (tools, module, other) = (tools(&folder, KEY), program(CAT), program(""));
    tools.compile(&module, options()).expect("it compiles");
    let [first] = entries(&folder).try_into().expect("one entry");
    tools.compile(&other, options()).expect("it compiles");
    let second = entries(&folder).into_iter().find(|path| *path != first).expect("two entries");
    fs::copy(&first, &second).expect("it is copied");
    assert!(load(&tools, &other, options()).is_none());
    assert!(load(&tools, &module, options()).is_some());
}

#[test]
fn modules_are_checked_before() {
    let folder = Folder::new();
    let (tools, module) = (tools(&folder, KEY), program(CAT));
    let limited = |bytes| options().max_module_bytes(bytes);
    let limit = module.len();
    assert!(tools.compile(&module, limited(limit)).is_ok());
    let exceeded = ToolError::TooLarge { limit: limit - 1, actual: limit };
    assert_eq!(tools.compile(&module, limited(limit - 1)).expect_err("too large"), exceeded);
    assert_eq!(tools.load(&module, limited(limit - 1)).expect_err("too large"), exceeded);
    assert!(matches!(tools.load("no Wasm", options()), Err(ToolError::NotWasm(_))));
    assert!(matches!(tools.compile(b"\0asm\x01\0\0\0", options()), Err(ToolError::NotAProgram(_))));
    // Nothing of what was refused is kept.
    assert_eq!(entries(&folder).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_gone_is_an_error() {
    let folder = Folder::new();
    let tools = tools(&folder, KEY);
    fs::remove_dir(folder.path("tools")).expect("it is removed");
    let error = tools.compile(program(CAT), options()).expect_err("it cannot be written");
    assert!(matches!(error, ToolError::NotKept(_)), "{error}");
}
