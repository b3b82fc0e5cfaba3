// An app that is built and served by a worker: the types of the bundler.

import {
  buildAssets, createApp, createFileSystemSnapshot, createMemoryStorage, createWorker, DurableObjectKVFileSystem,
  handleAssetRequest, hasDependencies, inferContentType, InMemoryFileSystem, installDependencies, isTextContentType,
} from "@cloudflare/worker-bundler";
import type { AssetConfig, CreateWorkerOptions, FileSystem } from "@cloudflare/worker-bundler";
import { createWorker as same } from "isolet:bundler";

const config: AssetConfig = { not_found_handling: "single-page-application", headers: { "/*": { set: { "x-by": "app" } } } };

async function child(env: Env): Promise<string> {
  const worker = env.LOADER.get("child", async () => {
    const { mainModule, modules, wranglerConfig } = await createWorker({
      files: {
        "src/index.ts": "import { name } from './name'; export default { fetch: (): Response => new Response(name) };",
        "src/name.ts": "export const name: string = 'child';",
      },
    });
    return { mainModule, modules, compatibilityDate: wranglerConfig?.compatibilityDate ?? "2026-01-01" };
  });
  return (await worker.getEntrypoint().fetch("http://child/")).text();
}

async function app(request: Request): Promise<string[]> {
  const files: FileSystem = await createFileSystemSnapshot([
    ["src/index.ts", "export default { fetch: () => new Response('server') };"],
    ["src/client.ts", "const text: string = 'client'; console.log(text);"],
  ]);
  const built = await createApp({ files, client: ["src/client.ts"], assets: { "/logo.png": new ArrayBuffer(1) }, assetConfig: config });
  const storage = createMemoryStorage(built.assets);
  const response = await handleAssetRequest(request, built.assetManifest, storage, built.assetConfig);
  return [...(built.clientBundles ?? []), response?.headers.get("x-by") ?? "none", response?.headers.get("content-type") ?? "none"];
}

async function rest(): Promise<unknown[]> {
  const files = new InMemoryFileSystem(new Map([["package.json", "{}"]]));
  const { installed } = await installDependencies(files, { dev: true });
  const { manifest, storage } = await buildAssets({ "/a.txt": "a" });
  // @ts-expect-error: a kind of file that does not exist
  const wrong: CreateWorkerOptions = { files: {}, loader: { ".a": "file" } };
  const refused = await createWorker(wrong).catch((error: TypeError) => error.name);
  let durable = "none";
  try {
    // @ts-expect-error: there are no Durable Objects
    new DurableObjectKVFileSystem({});
  } catch (error) {
    durable = (error as Error).name;
  }
  const type = inferContentType("/a.svg") ?? "none";
  return [hasDependencies(files), installed, manifest.size, await storage.get("/a.txt"), refused, durable, type, isTextContentType(type), same === createWorker];
}

export default {
  async fetch(_request, env) {
    const results = [await child(env), await app(new Request("http://site/client.js")), await rest()];
    return Response.json({ results });
  },
} satisfies ExportedHandler<Env>;
