//! The walk from the entry to all modules that it needs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use nodejs_built_in_modules::is_nodejs_builtin_module;

use super::Task;
use super::loaders::{self, Loader, Loaders};
use super::names::Kind;
use crate::engine::bindings::sandbox as wit;
use crate::engine::bindings::transpiler as guest;
use crate::engine::source::bytes_of;
use crate::engine::transpiler::{TranspileBudget, Transpiler};
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;
use crate::resolver::{DISABLED, Files, Format, ModuleResolver, Resolved, Verb};

/// The maximum number of modules that are linked at once.
const MAX_MODULES: usize = 10_000;

/// The maximum number of bytes of all files that are read.
const MAX_BYTES: u64 = 64 << 20;

/// The maximum number of specifiers in one module.
const MAX_SPECIFIERS: usize = 20_000;

/// The maximum number of externals, conditions, loaders, definitions and virtual modules, each.
const MAX_SETTINGS: usize = 1_000;

/// The maximum number of warnings.
const MAX_WARNINGS: usize = 100;

/// The fuel of resolving one specifier, which takes the host some microseconds.
const RESOLUTION_FUEL: u64 = 20_000;

/// The number of specifiers that are resolved between two looks at other tasks.
const YIELD_INTERVAL: usize = 64;

/// The folder of the modules that the request itself has.
const VIRTUAL: &str = "(virtual)";

/// The end of a path whose file is a module in more ways than one, before the name of the way. No
/// path has it.
pub(super) const WAY: char = '\0';

/// A file that is to be a module.
struct Waiting {
    file: Resolved,
    /// The path, or with an end if the loader is not that of the file.
    path: Arc<str>,
    /// The loader that an import asks for.
    loader: Option<Loader>,
}

/// A module that was compiled, and the files that its specifiers mean.
pub(super) struct Compiled {
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) body: wit::ModuleBody,
    pub(super) specifiers: Vec<(Range<usize>, Arc<str>)>,
}

pub(super) struct Walk {
    pub(super) main: String,
    pub(super) compiled: Vec<Compiled>,
    pub(super) warnings: Vec<String>,
    files: Arc<dyn Files>,
    resolver: ModuleResolver,
    loaders: Loaders,
    externals: Vec<String>,
    /// The paths of virtual modules by their specifiers, and their texts by their paths.
    virtual_paths: BTreeMap<String, String>,
    virtual_texts: BTreeMap<String, String>,
    options: guest::LinkOptions,
    found: BTreeSet<Arc<str>>,
    waiting: VecDeque<Waiting>,
    bytes_left: u64,
    pub(super) kept: Reservation,
}

/// The meaning of a specifier.
enum Meaning {
    File(Arc<str>),
    /// A package that does not have the file.
    Broken(String),
    /// Something that the worker finds when it runs.
    External,
    Nothing,
}

impl Walk {
    pub(super) fn new(task: Task, budget: &TranspileBudget) -> Result<Self, String> {
        let settings = [
            ("externals", task.externals.len()),
            ("conditions", task.conditions.as_ref().map_or(0, Vec::len)),
            ("loaders", task.loaders.len()),
            ("definitions", task.options.define.len()),
            ("virtual modules", task.virtual_modules.len()),
        ];
        if let Some((name, count)) = settings.into_iter().find(|(_, it)| *it > MAX_SETTINGS) {
            return Err(format!("at most {MAX_SETTINGS} {name} are possible, and not {count}"));
        }
        let mut kept = Reservation::none(budget.quota(), false);
        kept.grow(task.bytes).map_err(|error| error.to_string())?;
        let (mut virtual_paths, mut virtual_texts) = (BTreeMap::new(), BTreeMap::new());
        for (at, (specifier, text)) in task.virtual_modules.into_iter().enumerate() {
            let path = format!("{VIRTUAL}/{at}.js");
            virtual_paths.insert(specifier, path.clone());
            virtual_texts.insert(path, text);
        }
        let mut walk = Self {
            main: String::new(),
            compiled: Vec::new(),
            warnings: Vec::new(),
            resolver: ModuleResolver::new(Arc::clone(&task.files), task.conditions.as_deref()),
            files: task.files,
            loaders: Loaders::new(task.loaders)?,
            externals: task.externals,
            virtual_paths,
            virtual_texts,
            options: task.options,
            found: BTreeSet::new(),
            waiting: VecDeque::new(),
            bytes_left: MAX_BYTES,
            kept,
        };
        let entry = task.entry.trim_start_matches("./").trim_start_matches('/');
        let found = walk.resolver.file(entry, Verb::Import)?;
        let found = found.ok_or_else(|| format!("there is no file {entry:?}, the entry point"))?;
        walk.main.clone_from(&found.name);
        let _ = walk.queue(found, None)?;
        Ok(walk)
    }

    /// Compiles the modules one after the other.
    pub(super) async fn all(
        mut self,
        transpiler: &Transpiler,
        budget: &TranspileBudget,
        payer: Option<&FuelAccount>,
    ) -> Result<Self, String> {
        while let Some(Waiting { file, path, loader }) = self.waiting.pop_front() {
            let bytes = self.contents(&file.name)?;
            // A disabled file is JavaScript, whatever its name, and so is a module of the request.
            let is_script = file.format == Format::Disabled || file.name.starts_with(VIRTUAL);
            let loader = match loader {
                Some(loader) => loader,
                None if is_script => Loader::Script(guest::Dialect::Javascript),
                None => self.loaders.of(&file.name),
            };
            let compiled = match loader {
                Loader::Script(dialect) => {
                    self.options.format = match file.format {
                        Format::Module => Some(guest::Format::Module),
                        Format::CommonJs | Format::Disabled => Some(guest::Format::Commonjs),
                        Format::Undeclared | Format::Other => None,
                    };
                    let text = loaders::text(&file.name, bytes)?;
                    let (options, name) = (&self.options, &file.name);
                    let linked =
                        transpiler.link(name, &text, dialect, options, budget, payer).await?;
                    self.script(file.name, text, linked, payer).await?
                }
                loader => {
                    let (kind, body) = loader.body(&file.name, bytes)?;
                    Compiled { path: path.to_string(), kind, body, specifiers: Vec::new() }
                }
            };
            let bytes = compiled.path.len() + bytes_of(&compiled.body);
            self.kept.grow(bytes as u64).map_err(|error| error.to_string())?;
            self.compiled.push(compiled);
            tokio::task::consume_budget().await;
        }
        Ok(self)
    }

    fn contents(&mut self, path: &str) -> Result<Vec<u8>, String> {
        if path.starts_with(DISABLED) {
            return Ok(Vec::new());
        }
        if let Some(text) = self.virtual_texts.get(path) {
            return Ok(text.clone().into_bytes());
        }
        let bytes = self.files.read(path, self.bytes_left);
        let bytes = bytes.map_err(|error| format!("{path}: {error}"))?;
        self.bytes_left = self.bytes_left.saturating_sub(bytes.len() as u64);
        Ok(bytes)
    }

    /// Records that a file is a module of the worker, in the way that an import asks for.
    fn queue(&mut self, file: Resolved, loader: Option<Loader>) -> Result<Arc<str>, String> {
        let loader = loader.filter(|loader| *loader != self.loaders.of(&file.name));
        let path = match loader {
            None => file.name.clone(),
            Some(loader) => format!("{}{WAY}{loader:?}", file.name),
        };
        if let Some(known) = self.found.get(path.as_str()) {
            return Ok(Arc::clone(known));
        }
        if self.found.len() >= MAX_MODULES {
            return Err(format!("{}: at most {MAX_MODULES} modules are linked", file.name));
        }
        let path: Arc<str> = path.into();
        self.found.insert(Arc::clone(&path));
        self.waiting.push_back(Waiting { file, path: Arc::clone(&path), loader });
        Ok(path)
    }

    fn warn(&mut self, warning: impl FnOnce() -> String) {
        match self.warnings.len() {
            MAX_WARNINGS => self.warnings.push("there are more warnings".to_owned()),
            count if count < MAX_WARNINGS => self.warnings.push(warning()),
            _ => {}
        }
    }

    async fn script(
        &mut self,
        path: String,
        text: String,
        linked: guest::Linked,
        payer: Option<&FuelAccount>,
    ) -> Result<Compiled, String> {
        let count = linked.specifiers.len();
        if count > MAX_SPECIFIERS {
            return Err(format!("{path}: a module has at most {MAX_SPECIFIERS} specifiers"));
        }
        let code = linked.code.unwrap_or(text);
        let kept = count * size_of::<(Range<usize>, Arc<str>)>();
        self.kept.grow(kept as u64).map_err(|error| error.to_string())?;
        let mut specifiers = Vec::with_capacity(count);
        let (mut line, mut counted) = (1, 0);
        for (at, specifier) in linked.specifiers.iter().enumerate() {
            let range = specifier.start as usize..specifier.end as usize;
            line += code.get(counted..range.start).unwrap_or_default().matches('\n').count();
            counted = range.start;
            if let Some(target) = self.target(&path, line, specifier)? {
                specifiers.push((range, target));
            }
            if payer.is_some_and(|payer| !payer.charge(RESOLUTION_FUEL)) {
                return Err(format!("{path}: the fuel of the invocation is used up"));
            }
            if at % YIELD_INTERVAL == 0 {
                tokio::task::consume_budget().await;
            }
        }
        for place in linked.unresolved.iter().take(MAX_WARNINGS + 1) {
            self.warn(|| {
                format!(
                    "{path}:{}:{}: the module is computed when the code runs, and is not linked",
                    place.line, place.column
                )
            });
        }
        let (kind, body) = match linked.format {
            guest::Format::Commonjs => (Kind::CommonJs, wit::ModuleBody::Commonjs(code)),
            guest::Format::Module => {
                let script = wit::Script { code, mappings: Vec::new() };
                (Kind::JavaScript, wit::ModuleBody::Javascript(script))
            }
        };
        Ok(Compiled { path, kind, body, specifiers })
    }

    /// Returns the file that a specifier means, or `None` if the specifier stays.
    fn target(
        &mut self,
        importer: &str,
        line: usize,
        specifier: &guest::Specifier,
    ) -> Result<Option<Arc<str>>, String> {
        use guest::SpecifierKind::{DynamicImport, Require, RequireResolve, StaticImport};

        let verb = match specifier.kind {
            Require | RequireResolve => Verb::Require,
            StaticImport | DynamicImport => Verb::Import,
        };
        let text = specifier.text.as_str();
        let loader = specifier.attribute_type.as_deref().and_then(Loader::by_attribute);
        let (missing, is_fatal) = match self.meaning(text, importer, verb, loader)? {
            Meaning::File(path) => return Ok(Some(path)),
            Meaning::External => return Ok(None),
            Meaning::Broken(error) => (format!("{importer}:{line}: {error}"), true),
            Meaning::Nothing => {
                // A package may be there when the code runs.
                (format!("{importer}:{line}: there is no module {text:?}"), is_relative(text))
            }
        };
        // The others fail when they are reached.
        if is_fatal && specifier.kind == StaticImport {
            return Err(missing);
        }
        if !specifier.caught {
            self.warn(|| format!("{missing}; the name is left as it is"));
        }
        Ok(None)
    }

    fn meaning(
        &mut self,
        text: &str,
        importer: &str,
        verb: Verb,
        loader: Option<Loader>,
    ) -> Result<Meaning, String> {
        if let Some(name) = self.virtual_paths.get(text).cloned() {
            let path = self.queue(Resolved { name, format: Format::Module }, loader)?;
            return Ok(Meaning::File(path));
        }
        let is_external = self.externals.iter().any(|external| {
            let is_prefix = external.ends_with([':', '/']);
            let rest = text.strip_prefix(external.as_str());
            rest.is_some_and(|rest| rest.is_empty() || is_prefix || rest.starts_with('/'))
        });
        let has_scheme = ["node:", "cloudflare:", "isolet:"].iter().any(|it| text.starts_with(it));
        if is_external || has_scheme || is_nodejs_builtin_module(text) {
            return Ok(Meaning::External);
        }
        // A module of the request has no folder that it could be relative to.
        let importer = if importer.starts_with(VIRTUAL) { "" } else { importer };
        Ok(match self.resolver.resolve(text, importer, verb) {
            Ok(Some(found)) => Meaning::File(self.queue(found, loader)?),
            Ok(None) => Meaning::Nothing,
            Err(error) => Meaning::Broken(error),
        })
    }
}

fn is_relative(specifier: &str) -> bool {
    specifier.starts_with("./") || specifier.starts_with("../") || specifier.starts_with('/')
}
