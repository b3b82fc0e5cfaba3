//! `isolet:bundler`, also as `@cloudflare/worker-bundler`.

mod again;
mod apps;
mod assets;
mod attributes;
mod configuration;
mod files;
mod packages;
mod workers;

use crate::harness::Case;

/// The functions of a program. `load(env, options)` returns the entrypoint of the worker that the
/// options build, and `text(env, options)` the text of its response. `caught(promise)` returns the
/// error as a text.
const HELPERS: &str = "
import {
  buildAssetManifest, buildAssets, createApp, createFileSystemSnapshot, createMemoryStorage, createWorker,
  DurableObjectKVFileSystem, DurableObjectRawFileSystem, handleAssetRequest, hasDependencies, inferContentType,
  InMemoryFileSystem, installDependencies, isTextContentType,
} from 'isolet:bundler';
const OK = `export default { fetch() { return new Response('ok') } };`;
const load = async (env, options) => {
  const { mainModule, modules } = await createWorker(options);
  return env.LOADER.load({ mainModule, modules }).getEntrypoint();
};
const text = async (env, options, url = 'http://worker/') => (await (await load(env, options)).fetch(url)).text();
const caught = (promise) => promise.then(() => 'no error', (error) => `${error.name}: ${error.message}`);
const ask = async (assets, path, config, init) => {
  const { manifest, storage } = await buildAssets(assets);
  const response = await handleAssetRequest(new Request(`http://site${path}`, init), manifest, storage, config);
  return response && [response.status, response.headers.get('location') ?? await response.text()];
};";

/// Creates a worker whose method `run(arg, env)` has that body.
fn bundler(body: &str) -> Case {
    Case::js(format!("{HELPERS}\nexport default {{ async run(arg, env) {{ {body}\n}} }};"))
        .code(|code| code.loader("LOADER"))
}
