//! The tools of all upstream servers, as the model sees them.

use std::fmt::Write as _;

use isolet::Engine;
use isolet::code_mode::CodeTool;

use crate::error::{Error, Result};
use crate::provider::Provider;
use crate::settings::{HostObject, Options};
use crate::text::harmless;

/// The most bytes of declarations in a description: about 1,200 tokens.
const MAX_DECLARATIONS: usize = 4_200;
/// The most bytes of the list of servers in a description: about 600 tokens.
const MAX_SERVERS: usize = 2_400;

/// The tools at one time.
pub(crate) struct Catalog {
    pub(crate) code: CodeTool,
    /// The description of `run_code`.
    pub(crate) description: String,
}

impl Catalog {
    /// Creates the catalog of all tools that are offered now.
    pub(crate) fn new(engine: &Engine, providers: &[Provider], options: &Options) -> Result<Self> {
        let limits = &options.limits;
        let mut builder = CodeTool::builder(engine)
            .limits(options.program.clone())
            .max_result_bytes(limits.output_bytes.max(limits.media_bytes));
        for provider in providers {
            let tools = provider.definitions().into_iter().map(|it| (it, provider.handler()));
            builder = builder.namespace(provider.name(), about(provider), tools);
        }
        let mut objects = String::new();
        for (index, object) in options.objects.iter().enumerate() {
            let HostObject { name, stub, type_name, .. } = object;
            // Writing to a string cannot fail.
            let _ = writeln!(objects, "- {name}: {type_name} (declared by `describe_tool`)");
            let before = options.objects.get(..index).unwrap_or_default();
            let is_known = before.iter().any(|it| it.interface == object.interface);
            let declaration = if is_known { object.constant() } else { object.declaration() };
            builder = builder.capability(name, stub.clone(), declaration);
        }
        let code = builder.build().map_err(|error| Error::Tools(error.to_string()))?;
        let declarations = code.declarations();
        let tools = if declarations.len() <= MAX_DECLARATIONS {
            format!("The servers and their tools:\n```ts\n{}\n```", declarations.trim_end())
        } else {
            let servers = servers(&code, providers);
            format!(
                "The servers:\n{servers}{objects}Find their tools with `search_tools`, and read a \
                 declaration with `describe_tool`, before you write the program."
            )
        };
        let description = format!("{INTRODUCTION}\n\n{}", harmless(&tools));
        Ok(Self { code, description })
    }
}

fn about(provider: &Provider) -> Option<String> {
    provider.about().filter(|about| !about.is_empty())
}

/// Returns a line for each server, with the name of its global object.
fn servers(code: &CodeTool, providers: &[Provider]) -> String {
    let mut text = String::new();
    let tools: Vec<_> = code.catalog().tools().collect();
    for group in tools.chunk_by(|a, b| a.namespace() == b.namespace()) {
        let Some(tool) = group.first().filter(|_| text.len() < MAX_SERVERS) else { break };
        let provider = providers.iter().find(|it| it.name() == tool.original_namespace());
        let about = provider.and_then(about).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "- {} ({} tools) {about}", tool.namespace(), group.len());
    }
    text
}

const INTRODUCTION: &str = "Runs a JavaScript or TypeScript program in a sandbox and returns its \
    value. Each server is a global object, and each of its tools is an async method that takes one \
    object: `const list = await issues.list({state: \"open\"}); return list.length`. Use one \
    program for many calls, in loops and with `Promise.all`, and return only what is needed. There \
    is no other network or file system, and no `require`; `console.log` is returned too. A failed call throws \
    an Error.";
