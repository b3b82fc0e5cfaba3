//! The work, and the hostile corpus, as they lie in files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::catalog::Places;
use crate::protocol::Program;

/// `NAME.json` beside `NAME.js`.
#[derive(Deserialize)]
struct Description {
    arg: Value,
    answer: Value,
    /// A package of npm, its version, and the file of it that comes before the program.
    library: Option<(String, String, String)>,
}

/// A hostile program, and how it should end.
pub struct Hostile {
    /// The folder and the name of its file.
    pub name: String,
    pub expected: String,
    pub program: Program,
}

/// Reads a program of the work, in JavaScript or in Python. `None`: there is no Python version.
pub fn program(name: &str, python: bool, places: &Places) -> Result<Option<Program>, String> {
    let folder = places.package.join("work");
    let description: Description =
        serde_json::from_str(&read(&folder.join(format!("{name}.json")))?)
            .map_err(|error| format!("{name}.json: {error}"))?;
    if python {
        let source = std::fs::read_to_string(folder.join(format!("{name}.py"))).ok();
        let of = |source| Program { source, arg: description.arg, answer: description.answer };
        return Ok(source.map(of));
    }
    let mut source = read(&folder.join(format!("{name}.js")))?;
    if let Some((package, version, file)) = &description.library {
        crate::install::npm(package, version, places)?;
        let library = places.npm(package).join("node_modules").join(package).join(file);
        source = format!("{}\n{source}", read(&library)?);
    }
    Ok(Some(Program { source, arg: description.arg, answer: description.answer }))
}

/// Reads the hostile corpus: `hostile/KIND/NAME.js`, whose first line is `// ends: END`. It
/// should end with an `error`, with `any` end in its time, or with an error or this text.
pub fn hostile(python: bool, places: &Places) -> Result<Vec<Hostile>, String> {
    let folder = places.package.join("hostile");
    let extension = if python { "py" } else { "js" };
    let mut corpus = BTreeMap::new();
    for kind in std::fs::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        let files = std::fs::read_dir(kind.path()).map_err(|error| error.to_string())?;
        for file in files.flatten().map(|entry| entry.path()) {
            if file.extension().is_none_or(|found| found != extension) {
                continue;
            }
            let source = read(&file)?;
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let first = source.lines().next().unwrap_or_default();
            let expected = first.split_once("ends: ").map(|(_, end)| end.trim().to_owned());
            let expected = expected.ok_or_else(|| format!("{name} does not say how it ends"))?;
            let name = format!("{}/{name}", kind.file_name().to_string_lossy());
            let program = Program { source, arg: Value::Null, answer: Value::Null };
            corpus.insert(name.clone(), Hostile { name, expected, program });
        }
    }
    Ok(corpus.into_values().collect())
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}
