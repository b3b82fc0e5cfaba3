//! A parent worker and the children that it loads.

use isolet::WorkerCode;

use crate::harness::Case;

/// Every source begins with it, on its first line.
const IMPORTS: &str = "import { WorkerEntrypoint, RpcTarget, RpcStub } from 'cloudflare:workers';";

/// What a parent loads children with: `load(env, source?, more?)` is a worker,
/// `child(env, more?)` the default entrypoint of `CHILD`, and `caught(f)` what
/// `f` throws, as `[name, message]`.
const HELPERS: &str = "import CHILD from './child.txt';
    const load = (env, source = CHILD, more = {}) =>
      env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': source }, ...more });
    const child = (env, more = {}) => load(env, CHILD, more).getEntrypoint();
    const caught = async (f) => {
      try { const value = await f(); return ['no error', value]; } catch (e) { return [e.name, e.message]; }
    };";

/// A parent with the method `run(arg, env, ctx)` of that body, and what it loads
/// unless told otherwise.
pub(crate) fn family(child: &str, body: &str) -> Case {
    family_js(child, &format!("export default {{ async run(arg, env, ctx) {{ {body}\n}} }};"))
}

/// As [`family`], with all of the parent's module.
pub(crate) fn family_js(child: &str, parent: &str) -> Case {
    Case::js(format!("{IMPORTS}{HELPERS}\n{parent}"))
        .file("child.txt", with_imports(child))
        .code(|code: WorkerCode| code.loader("LOADER"))
}

/// A worker without children that imports what the others do.
pub(crate) fn lone(source: &str) -> Case {
    Case::js(with_imports(source))
}

/// The source on line 2, behind the imports.
pub(crate) fn with_imports(source: &str) -> String {
    format!("{IMPORTS}\n{source}")
}
