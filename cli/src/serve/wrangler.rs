//! `wrangler.jsonc`, `wrangler.json` and `wrangler.toml`.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use jsonc_parser::{ParseOptions, parse_to_serde_value};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::args::ServeArgs;
use crate::args::CompatibilityFlag;
use crate::types::document::Document;

/// The names of the file, in the order in which they are looked for.
const NAMES: [&str; 3] = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];

/// Keys that change nothing here, and need no warning.
const WITHOUT_EFFECT: [&str; 7] =
    ["$schema", "name", "compatibility_date", "account_id", "workers_dev", "observability", "dev"];

/// The keys that are supported. All others are in `rest`.
#[derive(Deserialize)]
struct Config {
    main: Option<PathBuf>,
    #[serde(default)]
    vars: Map<String, Json>,
    #[serde(default)]
    worker_loaders: Vec<Binding>,
    #[serde(default)]
    compatibility_flags: Vec<String>,
    assets: Option<Folder>,
    #[serde(default)]
    triggers: Triggers,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Deserialize)]
struct Binding {
    binding: String,
}

#[derive(Deserialize)]
struct Folder {
    directory: Option<PathBuf>,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Default, Deserialize)]
struct Triggers {
    #[serde(default)]
    crons: Vec<String>,
}

/// Adds the settings of FILE, if it is such a file, or of one beside FILE whose `main` it is.
/// Flags of the command line come first. Returns warnings.
///
/// # Errors
/// Errors if the file is none, or needs what is not supported.
pub(crate) fn apply(args: &mut ServeArgs) -> Result<Vec<String>, String> {
    let file = PathBuf::from(&args.program.file);
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let is_config = name.is_some_and(|name| NAMES.contains(&&*name));
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if is_config {
        let config = read(&file)?;
        let Some(main) = &config.main else {
            return Err(format!("{}: there is no \"main\"", file.display()));
        };
        args.program.file = folder.join(main).to_string_lossy().into_owned();
        return with(args, config, &file, &folder);
    }
    if args.program.file == "-" {
        return Ok(Vec::new());
    }
    let Some(beside) = NAMES.iter().map(|name| folder.join(name)).find(|path| path.exists()) else {
        return Ok(Vec::new());
    };
    let config = read(&beside)?;
    let real = |path: &Path| path.canonicalize().ok();
    let is_its_main = config.main.as_ref().is_some_and(|main| {
        let main = real(&folder.join(main));
        main.is_some() && main == real(&file)
    });
    if !is_its_main {
        return Ok(vec![format!("{} is not read: its \"main\" is not FILE", beside.display())]);
    }
    let mut told = vec![format!("the settings of {} are used", beside.display())];
    told.extend(with(args, config, &beside, &folder)?);
    Ok(told)
}

fn read(path: &Path) -> Result<Config, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    // Its errors name the place.
    let text = Document::read(path)?.text;
    if path.extension().is_some_and(|ending| ending == "toml") {
        toml::from_str(&text).map_err(|error| at(&error.message()))
    } else {
        parse_to_serde_value(&text, &ParseOptions::default()).map_err(|error| at(&error))
    }
}

fn with(
    args: &mut ServeArgs,
    config: Config,
    path: &Path,
    folder: &Path,
) -> Result<Vec<String>, String> {
    let at = |text: &str| format!("{}: {text}", path.display());
    let mut warnings = Vec::new();
    if config.rest.contains_key("services") {
        return Err(at("\"services\" is not supported: this serves one worker"));
    }
    let unknown = config.rest.keys().filter(|key| !WITHOUT_EFFECT.contains(&key.as_str()));
    warnings.extend(unknown.map(|key| at(&format!("\"{key}\" is not supported, and ignored"))));
    args.program.root.get_or_insert_with(|| folder.to_owned());
    args.folder = Some(folder.to_owned());
    args.vars = config.vars.into_iter().collect();
    args.program.loaders.extend(config.worker_loaders.into_iter().map(|loader| loader.binding));
    // The flags of the command line come last, and the last one counts.
    let mut flags = Vec::new();
    for flag in config.compatibility_flags {
        match CompatibilityFlag::from_str(&flag, false) {
            Ok(flag) => flags.push(flag),
            Err(_) => warnings.push(at(&format!("the flag \"{flag}\" has no effect"))),
        }
    }
    flags.append(&mut args.program.compatibility_flags);
    args.program.compatibility_flags = flags;
    if let Some(assets) = config.assets {
        let keys = assets.rest.keys();
        warnings
            .extend(keys.map(|key| at(&format!("\"assets.{key}\" is not supported, and ignored"))));
        if args.assets.is_none() {
            args.assets = assets.directory.map(|directory| folder.join(directory));
        }
    }
    if args.cron.is_empty() {
        args.cron = config.triggers.crons;
    }
    Ok(warnings)
}
