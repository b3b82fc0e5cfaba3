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
        let mut servers = String::new();
        for provider in providers {
            let definitions = provider.definitions();
            let about = provider.about().filter(|about| !about.is_empty());
            if servers.len() < MAX_SERVERS {
                let count = definitions.len();
                let about = about.as_deref().unwrap_or_default();
                // Writing to a string cannot fail.
                let _ = writeln!(servers, "- {} ({count} tools) {about}", provider.name());
            }
            let tools = definitions.into_iter().map(|it| (it, provider.handler()));
            builder = builder.namespace(provider.name(), about, tools);
        }
        for (index, object) in options.objects.iter().enumerate() {
            let HostObject { name, stub, type_name, .. } = object;
            // Writing to a string cannot fail.
            let _ = writeln!(servers, "- {name}: {type_name} (declared by `describe_tool`)");
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
            format!(
                "The servers:\n{servers}Find their tools with `search_tools`, and read a \
                 declaration with `describe_tool`, before you write the program."
            )
        };
        let description = format!("{INTRODUCTION}\n\n{}", harmless(&tools));
        Ok(Self { code, description })
    }
}

const INTRODUCTION: &str = "Runs a JavaScript or TypeScript program in a sandbox and returns its \
    value. Each server is a global object, and each of its tools is an async method that takes one \
    object: `const text = await files.read_file({path: \"a.txt\"}); return text.length`. Use one \
    program for many calls, in loops and with `Promise.all`, and return only what is needed. There \
    is no other network or file system, and no `require`; `console.log` is returned too. A failed call throws \
    an Error.";
