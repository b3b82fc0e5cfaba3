using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ (name = "parent", worker = .parent) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "parent") ],
);

const parent :Workerd.Worker = (
  modules = [
    (name = "workerd_parent.mjs", esModule = embed "workerd_parent.mjs"),
    (name = "harness.mjs", esModule = embed "harness.mjs"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [ (name = "LOADER", workerLoader = ()) ],
);
