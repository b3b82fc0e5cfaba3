//! Tests of isolet from outside, with one module per topic.
//!
//! With `ISOLET_TORTURE=1`, every engine dumps, drops and restores its sandboxes after each turn,
//! and no expectation changes. With `ISOLET_BACKEND=pulley`, every engine is an interpreter. With
//! `ISOLET_BLESS=1`, the recorded fuel in `fuel.txt` is rewritten.

mod abort;
mod async_context;
mod budgets;
mod bundler;
mod calls;
mod capabilities;
mod capability_calls;
mod code_mode;
mod collector;
mod compiled_tools;
mod concurrency;
mod console;
mod conversions;
mod deep_input;
mod determinism;
mod dirs;
mod dynamic_code;
mod endings;
mod family;
mod fetch;
mod fuel;
mod global_events;
mod globals;
mod harness;
mod hostile;
mod image_cache;
mod images;
mod instances;
mod intl;
mod language;
mod layers;
mod let_go;
mod limits;
mod loader;
mod lockdown;
mod messages;
mod modules;
mod net;
mod no_jit;
mod node;
mod outbound;
mod ownership;
mod packages;
mod peers;
mod redirects;
mod require;
mod rpc;
mod scale;
mod serve;
mod signals;
mod stacks;
mod streams;
mod stubs_in_rust;
mod tails;
mod tenancy;
mod tool_budgets;
mod tools;
mod trees;
mod typescript;
mod values;
mod web_sockets;
