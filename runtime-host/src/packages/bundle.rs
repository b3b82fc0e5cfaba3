//! Bundles: the modules that a program needs, linked.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::bindings::{sandbox as wit, transpiler as guest};
use crate::engine::link::{Task, link};
use crate::engine::source::Module;
use crate::engine::transpiler::{TranspileBudget, TranspileOptions};
use crate::limits::Limits;
use crate::packages::Packages;
use crate::worker_code::WorkerCode;

/// The treatment of JSX in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jsx {
    /// Calls of `React.createElement`.
    Transform,
    /// Calls of functions that each module imports from a JSX runtime.
    Automatic,
    /// JSX stays.
    Preserve,
}

/// Options of [`Packages::bundle`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct BundleOptions {
    externals: Vec<String>,
    conditions: Option<Vec<String>>,
    define: Vec<(String, String)>,
    minify: bool,
    jsx: Option<Jsx>,
    jsx_import_source: Option<String>,
    loaders: Vec<(String, String)>,
    virtual_modules: Vec<(String, String)>,
    named_by_kind: bool,
    limits: Limits,
}

impl BundleOptions {
    /// Creates the default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves a specifier as it is, and all below it: `react` is also `react/jsx-runtime`. One
    /// that ends in `:` or `/` is a prefix. Default: `node:`, `cloudflare:`, `isolet:` and the
    /// names of Node's modules, which are always left.
    pub fn external(mut self, specifier: impl Into<String>) -> Self {
        self.externals.push(specifier.into());
        self
    }

    /// Sets the conditions of `exports` and `imports` besides `import`, `require` and
    /// `default`. Default: `workerd`, `worker` and `browser`.
    pub fn conditions<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.conditions = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces a global name, such as `process.env.NODE_ENV`, by an expression, such as
    /// `"production"` with its quotes. Code that then never runs is left out.
    pub fn define(mut self, name: impl Into<String>, expression: impl Into<String>) -> Self {
        self.define.push((name.into(), expression.into()));
        self
    }

    /// Makes the code shorter. Default: false.
    pub fn minify(mut self, minify: bool) -> Self {
        self.minify = minify;
        self
    }

    /// Sets the treatment of JSX. Default: as for [`Module::Tsx`](crate::Module::Tsx).
    pub fn jsx(mut self, jsx: Jsx) -> Self {
        self.jsx = Some(jsx);
        self
    }

    /// Sets the module whose `/jsx-runtime` creates elements. Default: none.
    pub fn jsx_import_source(mut self, name: impl Into<String>) -> Self {
        self.jsx_import_source = Some(name.into());
        self
    }

    /// Reads files whose names end in `ending`, such as `.svg`, as `js`, `jsx`, `ts`, `tsx`,
    /// `json`, `css`, `text`, `binary`, `base64` or `dataurl`. Default: scripts and JSON by
    /// their endings, and anything else as text.
    pub fn loader(mut self, ending: impl Into<String>, loader: impl Into<String>) -> Self {
        self.loaders.push((ending.into(), loader.into()));
        self
    }

    /// Gives a specifier a module of JavaScript.
    pub fn virtual_module(mut self, specifier: impl Into<String>, code: impl Into<String>) -> Self {
        self.virtual_modules.push((specifier.into(), code.into()));
        self
    }

    /// Gives each module a name whose ending says its kind, so that the bundle can be written to
    /// a folder: `.js`, `.cjs`, `.json` or `.txt`. Default: false, and only ES modules
    /// are renamed.
    pub fn named_by_kind(mut self, named: bool) -> Self {
        self.named_by_kind = named;
        self
    }

    /// Sets the limits of the compiler: its fuel, and twice its memory for each module. Default:
    /// [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// The modules of a program. Their specifiers are relative paths.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Bundle {
    /// The name of the main module.
    pub main: String,
    /// The modules by their names.
    pub modules: BTreeMap<String, Module>,
    /// Reasons why the program may fail when it runs, such as packages that are missing.
    pub warnings: Vec<String>,
}

impl From<Bundle> for WorkerCode {
    /// Creates a worker of the modules. The warnings are dropped.
    fn from(bundle: Bundle) -> Self {
        let code = Self::of_modules(bundle.main);
        bundle.modules.into_iter().fold(code, |code, (name, module)| code.add(name, module))
    }
}

/// The reason why there is no bundle. The message names the file, and line and column of a
/// syntax error.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BundleError(String);

impl Packages {
    /// Links a file and everything that it imports. TypeScript and JSX become JavaScript, and
    /// specifiers become relative paths, so that the modules need no packages and no resolution.
    /// Modules are not concatenated: each file stays one module.
    ///
    /// Files are parsed in a sandbox, within [`BundleOptions::limits`]. Needs the feature
    /// `typescript`. Nothing of the program runs.
    ///
    /// # Errors
    /// Errors if a file does not parse, a relative import means no file, or a limit is reached.
    pub async fn bundle(
        &self,
        engine: &Engine,
        entry: &str,
        options: &BundleOptions,
    ) -> Result<Bundle, BundleError> {
        let BundleOptions { limits, .. } = options;
        let quota = engine.quota_below(None, limits);
        let budget = TranspileBudget::new(limits, &quota, TranspileOptions::default());
        let task = Task {
            files: Arc::clone(&self.files),
            bytes: 0,
            entry: entry.to_owned(),
            externals: options.externals.clone(),
            conditions: options.conditions.clone(),
            loaders: options.loaders.clone(),
            virtual_modules: options.virtual_modules.clone(),
            options: guest::LinkOptions {
                transpile: guest::Options {
                    legacy_decorators: false,
                    jsx_import_source: options.jsx_import_source.clone(),
                },
                jsx: options.jsx.map(|jsx| match jsx {
                    Jsx::Transform => guest::Jsx::Transform,
                    Jsx::Automatic => guest::Jsx::Automatic,
                    Jsx::Preserve => guest::Jsx::Preserve,
                }),
                format: None,
                define: options.define.clone(),
                minify: options.minify,
            },
            named_by_kind: options.named_by_kind,
        };
        let linked = link(engine.transpiler(), &budget, None, task).await.map_err(BundleError)?;
        let modules = linked.modules.into_iter().map(|module| (module.name, of(module.body)));
        Ok(Bundle { main: linked.main, modules: modules.collect(), warnings: linked.warnings })
    }
}

fn of(body: wit::ModuleBody) -> Module {
    match body {
        wit::ModuleBody::Javascript(script) => Module::JavaScript(script.code),
        wit::ModuleBody::Commonjs(text) => Module::CommonJs(text),
        wit::ModuleBody::Undeclared(text) => Module::Undeclared(text),
        wit::ModuleBody::Json(text) => Module::Json(text),
        wit::ModuleBody::Text(text) => Module::Text(text),
        wit::ModuleBody::Data(bytes) => Module::Data(bytes.into()),
    }
}
