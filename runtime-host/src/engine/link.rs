//! Linking of files as the modules of a worker: each is compiled to JavaScript, and its
//! specifiers become the relative paths of the modules that they mean.
//!
//! Modules are not concatenated, so that they keep the order in which they are evaluated, their
//! cycles and their live bindings.

mod loaders;
mod names;
mod walk;

use std::sync::Arc;

use self::names::Names;
use self::walk::{Compiled, Walk};
use crate::engine::bindings::sandbox as wit;
use crate::engine::bindings::transpiler as guest;
use crate::engine::transpiler::{TranspileBudget, Transpiler};
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;
use crate::resolver::{Files, Memory};

/// Files, and how they are linked.
pub(crate) struct Task {
    pub(crate) files: Arc<dyn Files>,
    /// The bytes that the files take in memory, beside the result.
    pub(crate) bytes: u64,
    pub(crate) entry: String,
    /// Specifiers that stay as they are, with those below them.
    pub(crate) externals: Vec<String>,
    pub(crate) conditions: Option<Vec<String>>,
    pub(crate) loaders: Vec<(String, String)>,
    pub(crate) virtual_modules: Vec<(String, String)>,
    pub(crate) options: guest::LinkOptions,
    /// True if the ending of a name has to say of which kind the module is.
    pub(crate) named_by_kind: bool,
}

impl Task {
    /// Creates the task of a guest.
    ///
    /// # Errors
    /// Errors if a path does not lie below the root.
    pub(super) fn of_guest(request: wit::LinkRequest) -> Result<Self, String> {
        let bytes = |pairs: &[(String, String)]| {
            pairs.iter().map(|(name, text)| (name.len() + text.len()) as u64).sum::<u64>()
        };
        let texts = |list: &[String]| list.iter().map(|text| text.len() as u64).sum::<u64>();
        let bytes = bytes(&request.files)
            + bytes(&request.virtual_modules)
            + bytes(&request.define)
            + bytes(&request.loaders)
            + texts(&request.externals)
            + texts(request.conditions.as_deref().unwrap_or_default());
        let files = Memory::new(request.files)
            .map_err(|path| format!("{path:?} is not the path of a file below the root"))?;
        let options = guest::LinkOptions {
            transpile: guest::Options {
                legacy_decorators: false,
                jsx_import_source: request.jsx_import_source,
            },
            jsx: request.jsx.map(|jsx| match jsx {
                wit::Jsx::Transform => guest::Jsx::Transform,
                wit::Jsx::Automatic => guest::Jsx::Automatic,
                wit::Jsx::Preserve => guest::Jsx::Preserve,
            }),
            format: None,
            define: request.define,
            minify: request.minify,
        };
        Ok(Self {
            files: Arc::new(files),
            bytes,
            entry: request.entry,
            externals: request.externals,
            conditions: request.conditions,
            loaders: request.loaders,
            virtual_modules: request.virtual_modules,
            options,
            named_by_kind: false,
        })
    }
}

/// Links files.
///
/// # Errors
/// Errors with the reason, which names file, line and column of a syntax error. Errors if a
/// relative import means no file.
pub(crate) async fn link(
    transpiler: &Transpiler,
    budget: &TranspileBudget,
    payer: Option<&FuelAccount>,
    task: Task,
) -> Result<wit::Linked, String> {
    let named_by_kind = task.named_by_kind;
    let mut walk = Walk::new(task, budget)?.all(transpiler, budget, payer).await?;
    let mut names = Names::default();
    for module in &walk.compiled {
        names.add(&module.path, module.kind, named_by_kind);
    }
    let main = names.of(&walk.main).to_owned();
    let mut modules = Vec::with_capacity(walk.compiled.len());
    for module in std::mem::take(&mut walk.compiled) {
        let name = names.of(&module.path).to_owned();
        modules.push(wit::Module { name, body: body(module, &names, &mut walk.kept)? });
        tokio::task::consume_budget().await;
    }
    Ok(wit::Linked { main, modules, warnings: walk.warnings })
}

/// Returns a module with its specifiers replaced. What it grows by counts in `kept`.
fn body(
    module: Compiled,
    names: &Names,
    kept: &mut Reservation,
) -> Result<wit::ModuleBody, String> {
    const LIE: &str = "the compiler has returned offsets that the text does not have";
    let Compiled { path, mut body, specifiers, .. } = module;
    let (wit::ModuleBody::Javascript(wit::Script { code, .. }) | wit::ModuleBody::Commonjs(code)) =
        &mut body
    else {
        return Ok(body);
    };
    let mut spliced = String::with_capacity(code.len());
    let mut done = 0;
    for (range, target) in specifiers {
        // The guest that has found them is not trusted with their offsets.
        spliced.push_str(code.get(done..range.start).ok_or(LIE)?);
        // A string of JSON is one of JavaScript.
        let specifier = serde_json::Value::from(names.relative(&path, &target)).to_string();
        kept.grow(specifier.len() as u64).map_err(|error| error.to_string())?;
        spliced.push_str(&specifier);
        done = range.end;
    }
    spliced.push_str(code.get(done..).ok_or(LIE)?);
    *code = spliced;
    Ok(body)
}
