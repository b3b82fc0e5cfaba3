//! The modules of a worker, which are handed to the guest when they are first imported.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::bindings::sandbox as wit;
#[cfg(feature = "cache")]
use crate::engine::handed_out::Answers;
use crate::engine::transpiler::{Dialect, TranspileBudget, TranspileOptions, Transpiler};
use crate::error::Exception;
use crate::error::diagnostics::point_at;
use crate::limits::Limits;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::{Quota, Reservation};

/// The contents of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Module {
    /// An ES module.
    JavaScript(String),
    /// An ES module in TypeScript. Types are stripped and not checked. With `export =` it
    /// is a `CommonJS` module.
    TypeScript(String),
    /// TypeScript with JSX.
    Tsx(String),
    /// JavaScript with JSX.
    Jsx(String),
    /// A `CommonJS` module. Its exports are the default export.
    CommonJs(String),
    /// JavaScript that does not say of which kind it is, as in packages without a `type`. A
    /// `CommonJS` module, or an ES module if it does not parse as that.
    Undeclared(String),
    /// JSON text. The value is the default export.
    Json(String),
    /// Text. The string is the default export.
    Text(String),
    /// Bytes. An `ArrayBuffer` of them is the default export. Several modules may share
    /// them.
    Data(Arc<[u8]>),
}

impl Module {
    /// Creates a module of the kind that the ending of its name stands for: `.js`,
    /// `.mjs`, `.cjs`, `.jsx`, `.ts`, `.mts`, `.tsx`, `.json` or `.txt`. Returns `None`
    /// for any other name.
    pub fn by_name(name: &str, text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        Some(match name.rsplit_once('.')?.1 {
            "js" | "mjs" => Self::JavaScript(text),
            "ts" | "mts" => Self::TypeScript(text),
            "tsx" => Self::Tsx(text),
            "jsx" => Self::Jsx(text),
            "cjs" => Self::CommonJs(text),
            "json" => Self::Json(text),
            "txt" => Self::Text(text),
            _ => return None,
        })
    }

    /// Returns the kind of the module, and its text or bytes.
    pub(crate) fn parts(&self) -> (&'static str, &[u8]) {
        match self {
            Self::JavaScript(text) => ("js", text.as_bytes()),
            Self::TypeScript(text) => ("ts", text.as_bytes()),
            Self::Tsx(text) => ("tsx", text.as_bytes()),
            Self::Jsx(text) => ("jsx", text.as_bytes()),
            Self::CommonJs(text) => ("cjs", text.as_bytes()),
            Self::Undeclared(text) => ("undeclared", text.as_bytes()),
            Self::Json(text) => ("json", text.as_bytes()),
            Self::Text(text) => ("text", text.as_bytes()),
            Self::Data(bytes) => ("data", bytes),
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.parts().1.len() as u64
    }
}

/// A future of a module, or of `None` if there is no module of that name.
pub type Found<'a> = Pin<Box<dyn Future<Output = Result<Option<Module>, String>> + Send + 'a>>;

/// A future of the name of a module, or of `None` if the specifier names none.
pub type Resolved<'a> = Pin<Box<dyn Future<Output = Result<Option<String>, String>> + Send + 'a>>;

/// A specifier that names no module as it is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Specifier<'a> {
    /// The text. It is a path from the root if there is no importer.
    pub text: &'a str,
    /// The name of the module in which a bare specifier stands.
    pub importer: Option<&'a str>,
    /// True if the module calls `require`.
    pub is_required: bool,
}

/// A source of modules that are not in the worker's own map, such as a folder on disk. It
/// is asked once for each name, and must always answer the same.
///
/// Untrusted code chooses the names. A bare specifier such as `@scope/pkg` or `node:fs`
/// is a name like any other. Read a folder only through something that no link leads out
/// of.
pub trait ModuleSource: Send + Sync + 'static {
    /// Returns the module of that name. The name is a path from the root, in which no
    /// part between slashes is empty, `.` or `..`, and which has no backslash and no NUL.
    /// Other specifiers name no module of a source, and the source is not asked for them.
    fn module<'a>(&'a self, name: &'a str) -> Found<'a>;

    /// Returns the name of the module that a specifier means, if [`module`](Self::module) knows
    /// it under another name. Called when there is no module under the specifier itself, nor
    /// with an ending that may be left out. Default: `None`.
    fn resolve<'a>(&'a self, _: Specifier<'a>) -> Resolved<'a> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// The export of the peer's bundler that `isolet:bundler` does not have. A worker that has the
/// package itself gets that.
const LANGUAGE_SERVICE: &str = "@cloudflare/worker-bundler/typescript";
const NO_LANGUAGE_SERVICE: &str = "@cloudflare/worker-bundler/typescript is not supported: there is \
                                   no language service of TypeScript, and types are not checked";

/// The maximum number of bytes of a name that a source is asked for.
const MAX_NAME_BYTES: usize = 4096;

/// The endings that are tried for a specifier that names no module, because authors of
/// TypeScript write imports that way.
const ENDINGS: [&str; 6] = [".ts", ".tsx", ".js", ".mjs", "/index.ts", "/index.js"];

pub(crate) struct Sources {
    transpiler: Arc<Transpiler>,
    map: BTreeMap<String, Module>,
    elsewhere: Option<Arc<dyn ModuleSource>>,
    /// The results of transpilation. Failures are kept too, so that asking again costs
    /// nothing.
    transpiled: Mutex<Transpiled>,
    budget: TranspileBudget,
    /// The answers so far, while they are recorded.
    #[cfg(feature = "cache")]
    pub(super) handed_out: Mutex<Option<Answers>>,
}

/// The transpiled bodies by the names of their modules, and the reservation for them.
#[derive(Default)]
struct Transpiled {
    bodies: HashMap<String, Result<Arc<wit::ModuleBody>, String>>,
    kept: Reservation,
}

impl Transpiled {
    /// Keeps a body. Errors if there is no room for it.
    fn keep(
        &mut self,
        name: &str,
        made: Result<Arc<wit::ModuleBody>, String>,
    ) -> Result<Arc<wit::ModuleBody>, String> {
        let bytes = name.len() + made.as_ref().map_or_else(String::len, |it| bytes_of(it));
        self.kept.grow(bytes as u64).map_err(|error| format!("{name}: {error}"))?;
        self.bodies.insert(name.to_owned(), made.clone());
        made
    }
}

/// Returns the bytes that a module takes in the host.
pub(crate) fn bytes_of(body: &wit::ModuleBody) -> usize {
    match body {
        wit::ModuleBody::Javascript(it) => it.code.len() + size_of_val(it.mappings.as_slice()),
        wit::ModuleBody::Commonjs(text)
        | wit::ModuleBody::Undeclared(text)
        | wit::ModuleBody::Json(text)
        | wit::ModuleBody::Text(text) => text.len(),
        wit::ModuleBody::Data(bytes) => bytes.len(),
    }
}

impl Sources {
    pub(crate) fn new(
        transpiler: Arc<Transpiler>,
        map: BTreeMap<String, Module>,
        elsewhere: Option<Arc<dyn ModuleSource>>,
        limits: &Limits,
        quota: &Arc<Quota>,
        options: TranspileOptions,
    ) -> Self {
        Self {
            transpiler,
            map,
            elsewhere,
            transpiled: Mutex::new(Transpiled {
                kept: Reservation::none(quota, false),
                ..Transpiled::default()
            }),
            budget: TranspileBudget::new(limits, quota, options),
            #[cfg(feature = "cache")]
            handed_out: Mutex::new(None),
        }
    }

    /// Sets the script that a module in TypeScript compiles to.
    #[cfg(feature = "mcp")]
    pub(crate) fn set_compiled(
        &self,
        name: String,
        script: wit::Script,
    ) -> crate::error::Result<()> {
        let body = Arc::new(wit::ModuleBody::Javascript(script));
        let mut transpiled = self.transpiled();
        transpiled.kept.grow((name.len() + bytes_of(&body)) as u64)?;
        transpiled.bodies.insert(name, Ok(body));
        Ok(())
    }

    /// Forgets the script of a module that no sandbox asks for any more.
    #[cfg(feature = "mcp")]
    pub(crate) fn remove_compiled(&self, name: &str) {
        let mut transpiled = self.transpiled();
        if let Some(Ok(body)) = transpiled.bodies.remove(name) {
            transpiled.kept.shrink((name.len() + bytes_of(&body)) as u64);
        }
    }

    /// Answers the guest's import `source`.
    ///
    /// The fuel that it takes to turn the module into JavaScript is charged to `payer`.
    pub(crate) async fn module(
        &self,
        specifier: &str,
        importer: Option<&wit::Importer>,
        payer: Option<&FuelAccount>,
    ) -> Result<wit::Module, wit::SourceError> {
        let invalid = wit::SourceError::Invalid;
        let found = self.find(specifier, importer).await.map_err(invalid)?;
        #[cfg(feature = "cache")]
        self.record(specifier, importer, found.as_ref());
        let Some((name, module)) = found else {
            return Err(match specifier {
                LANGUAGE_SERVICE => invalid(NO_LANGUAGE_SERVICE.to_owned()),
                _ => wit::SourceError::NotFound,
            });
        };
        let body = match module {
            Module::JavaScript(code) => {
                wit::ModuleBody::Javascript(wit::Script { code, mappings: Vec::new() })
            }
            Module::TypeScript(text) => {
                self.strip(&name, &text, Dialect::Typescript, payer).await?
            }
            Module::Tsx(text) => self.strip(&name, &text, Dialect::Tsx, payer).await?,
            Module::Jsx(text) => self.strip(&name, &text, Dialect::Jsx, payer).await?,
            Module::CommonJs(text) => wit::ModuleBody::Commonjs(text),
            Module::Undeclared(text) => wit::ModuleBody::Undeclared(text),
            Module::Json(text) => wit::ModuleBody::Json(text),
            Module::Text(text) => wit::ModuleBody::Text(text),
            Module::Data(bytes) => wit::ModuleBody::Data(bytes.to_vec()),
        };
        Ok(wit::Module { name, body })
    }

    /// Answers the guest's import `link`.
    ///
    /// The fuel that it takes to compile the modules is charged to `payer`.
    pub(crate) async fn link(
        &self,
        request: wit::LinkRequest,
        payer: Option<&FuelAccount>,
    ) -> Result<wit::Linked, String> {
        #[cfg(feature = "packages")]
        {
            let task = super::link::Task::of_guest(request)?;
            super::link::link(&self.transpiler, &self.budget, payer, task).await
        }
        #[cfg(not(feature = "packages"))]
        {
            let _ = (request, payer);
            Err("this program was built without the bundler (the feature `packages` of isolet)"
                .to_owned())
        }
    }

    #[cfg(feature = "cache")]
    pub(super) fn map(&self) -> &BTreeMap<String, Module> {
        &self.map
    }

    #[cfg(feature = "cache")]
    pub(super) fn options(&self) -> String {
        format!("{:?}", self.budget.options())
    }

    pub(super) async fn find(
        &self,
        specifier: &str,
        importer: Option<&wit::Importer>,
    ) -> Result<Option<(String, Module)>, String> {
        let elsewhere = self.elsewhere.as_ref().filter(|_| is_path(specifier));
        if let Some(found) = self.named(specifier, elsewhere).await? {
            return Ok(Some(found));
        }
        // A package comes before a file whose name without its ending is that of the package.
        if importer.is_some()
            && let Some(found) = self.resolved(specifier, importer).await?
        {
            return Ok(Some(found));
        }
        let mut names = Vec::new();
        // In a package, a file of TypeScript beside one of JavaScript is its source.
        if !specifier.split('/').any(|part| part == "node_modules") {
            if let Some(stem) = specifier.strip_suffix(".js") {
                names.extend([format!("{stem}.ts"), format!("{stem}.tsx")]);
            }
            names.extend(ENDINGS.iter().map(|ending| format!("{specifier}{ending}")));
        }
        for name in names {
            if let Some(found) = self.named(&name, elsewhere).await? {
                return Ok(Some(found));
            }
        }
        if importer.is_some() { Ok(None) } else { self.resolved(specifier, None).await }
    }

    /// Returns the module of a name.
    async fn named(
        &self,
        name: &str,
        elsewhere: Option<&Arc<dyn ModuleSource>>,
    ) -> Result<Option<(String, Module)>, String> {
        if let Some(module) = self.map.get(name) {
            return Ok(Some((name.to_owned(), module.clone())));
        }
        let Some(elsewhere) = elsewhere.filter(|_| name.len() <= MAX_NAME_BYTES) else {
            return Ok(None);
        };
        Ok(elsewhere.module(name).await?.map(|module| (name.to_owned(), module)))
    }

    /// Returns the module that the source resolves a specifier to.
    async fn resolved(
        &self,
        specifier: &str,
        importer: Option<&wit::Importer>,
    ) -> Result<Option<(String, Module)>, String> {
        let Some(elsewhere) = &self.elsewhere else { return Ok(None) };
        // The guest is not trusted to name a module that exists.
        let importer = importer.filter(|importer| is_path(&importer.name));
        if importer.is_none() && !is_path(specifier) {
            return Ok(None);
        }
        let resolved = elsewhere.resolve(Specifier {
            text: specifier,
            importer: importer.map(|it| it.name.as_str()),
            is_required: importer.is_some_and(|it| it.requires),
        });
        let Some(name) = resolved.await? else { return Ok(None) };
        let module = elsewhere.module(&name).await?;
        Ok(module.map(|module| (name, module)))
    }

    async fn strip(
        &self,
        name: &str,
        text: &str,
        dialect: Dialect,
        payer: Option<&FuelAccount>,
    ) -> Result<wit::ModuleBody, wit::SourceError> {
        let known = self.transpiled().bodies.get(name).cloned();
        let transpiled = if let Some(known) = known {
            known
        } else {
            let transpiler = &self.transpiler;
            let budget = &self.budget;
            let made = transpiler.transpile(name, text, dialect, budget, payer).await;
            self.transpiled().keep(name, made.map(Arc::new))
        };
        let transpiled = transpiled.map_err(wit::SourceError::Invalid)?;
        Ok(wit::ModuleBody::clone(&transpiled))
    }

    fn transpiled(&self) -> MutexGuard<'_, Transpiled> {
        self.transpiled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the reason why a module does not load. A syntax error shows its line.
    pub(crate) async fn explain(&self, mut exception: Exception) -> Exception {
        if exception.name == "SyntaxError"
            && let Some(text) =
                self.explain_syntax(&exception.message, exception.stack.as_deref()).await
        {
            exception.message = text;
        }
        exception
    }

    /// Returns the message of an error that the engine's parser threw, with the line that
    /// it points at.
    pub(crate) async fn explain_syntax(
        &self,
        message: &str,
        stack: Option<&str>,
    ) -> Option<String> {
        let position = position_of(stack?.lines().next()?)?;
        let (_, module) = self.find(position.module, None).await.ok()??;
        let (Module::JavaScript(text)
        | Module::TypeScript(text)
        | Module::Tsx(text)
        | Module::Jsx(text)
        | Module::CommonJs(text)
        | Module::Undeclared(text)) = module
        else {
            return None;
        };
        Some(point_at(message, position.module, &text, position.line, position.column))
    }
}

/// Returns true if the specifier is a path from the root. The guest resolves relative
/// specifiers, but it is not trusted to do so.
fn is_path(specifier: &str) -> bool {
    !specifier.contains(['\\', '\0'])
        && specifier.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The `line:column` at the end of a stack frame.
pub(crate) struct Position<'a> {
    pub(crate) module: &'a str,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

pub(crate) fn position_of(frame: &str) -> Option<Position<'_>> {
    let frame = frame.trim_end();
    let frame = frame.strip_suffix(')').unwrap_or(frame);
    let (before, column) = frame.rsplit_once(':')?;
    let (file, line) = before.rsplit_once(':')?;
    let module = file.rsplit_once(['(', ' ']).map_or(file, |(_, module)| module);
    Some(Position { module, line: line.parse().ok()?, column: column.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn a_guest_that_lies_names_no_path() {
        let lies =
            ["", "/a", "a/", "a//b", ".", "./a", "a/.", "..", "../a", "a/..", "a\\b", "a\0b"];
        assert!(!lies.iter().any(|specifier| is_path(specifier)));
        let paths = ["a", "a/b.js", "@scope/pkg", "node:fs", "..a/b.../.c"];
        assert!(paths.iter().all(|specifier| is_path(specifier)));
    }
}
