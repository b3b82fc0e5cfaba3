//! What isolet does, seen from outside: a module per topic.
//!
//! With `ISOLET_TORTURE=1` every engine dumps, drops and restores its sandboxes
//! after each turn; no expectation changes. With `ISOLET_BLESS=1` the recorded
//! fuel in `fuel.txt` is written anew.

mod abort;
mod async_context;
mod budgets;
mod calls;
mod capabilities;
mod capability_calls;
mod concurrency;
mod console;
mod conversions;
mod deep_input;
mod determinism;
mod dynamic_code;
mod endings;
mod family;
mod fetch;
mod fuel;
mod global_events;
mod globals;
mod harness;
mod hostile;
mod hostile_memory;
mod hostile_peers;
mod hostile_streams;
mod hostile_trees;
mod images;
mod instances;
mod language;
mod let_go;
mod limits;
mod loader;
mod loader_children;
mod loader_get;
mod loader_in_rust;
mod lockdown;
mod messages;
mod modules;
mod outbound;
mod ownership;
mod redirects;
mod require;
mod rpc;
mod rpc_broken;
mod rpc_classes;
mod rpc_disposal;
mod rpc_errors;
mod rpc_exports;
mod rpc_lifetimes;
mod rpc_order;
mod rpc_promises;
mod scale;
mod signals;
mod stacks;
mod stream_ends;
mod stream_flow;
mod streams;
mod streams_in_rust;
mod stubs_in_rust;
mod tails;
mod tenancy;
mod trees;
mod typescript;
mod values;
