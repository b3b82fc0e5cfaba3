//! A parent worker and the children that it loads.

use isolet::WorkerCode;

use crate::harness::Case;

/// The first line of every source.
const IMPORTS: &str = "import { WorkerEntrypoint, RpcTarget, RpcStub } from 'cloudflare:workers';";

/// The functions of a parent. `load(env, source?, more?)` returns a worker, and `child(env, more?)`
/// returns the default entrypoint of `CHILD`. `caught(f)` returns the name and the message of what
/// `f` throws.
const HELPERS: &str = "import CHILD from './child.txt';
    const load = (env, source = CHILD, more = {}) =>
      env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': source }, ...more });
    const child = (env, more = {}) => load(env, CHILD, more).getEntrypoint();
    const caught = async (f) => {
      try { const value = await f(); return ['no error', value]; } catch (e) { return [e.name, e.message]; }
    };";

/// Creates a parent whose method `run(arg, env, ctx)` has that body. `child` is the code that it
/// loads by default.
pub(crate) fn family(child: &str, body: &str) -> Case {
    family_js(child, &format!("export default {{ async run(arg, env, ctx) {{ {body}\n}} }};"))
}

/// Like [`family`], with the whole module of the parent.
pub(crate) fn family_js(child: &str, parent: &str) -> Case {
    Case::js(format!("{IMPORTS}{HELPERS}\n{parent}"))
        .file("child.txt", with_imports(child))
        .code(|code: WorkerCode| code.loader("LOADER"))
}

/// Creates a worker without children that has the same imports.
pub(crate) fn lone(source: &str) -> Case {
    Case::js(with_imports(source))
}

/// Returns the imports, followed by the source on line 2.
pub(crate) fn with_imports(source: &str) -> String {
    format!("{IMPORTS}\n{source}")
}
