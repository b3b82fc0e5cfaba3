//! The tools of all upstream servers, as the model sees them.

use std::fmt::Write as _;
use std::sync::Arc;

use isolet::Engine;
use isolet::code_mode::CodeTool;

use crate::error::{Error, Result};
use crate::object::HostObject;
use crate::provider::Provider;
use crate::settings::{Event, Options};
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
    /// The tools that are not offered, because all servers together have too many.
    left_out: Vec<Event>,
}

/// The room for the tools of all servers.
struct Room {
    tools: usize,
    bytes: usize,
}

impl Room {
    /// Takes room for a definition, if it is there.
    fn takes(&mut self, bytes: usize) -> bool {
        let left = self.tools.checked_sub(1).zip(self.bytes.checked_sub(bytes));
        (self.tools, self.bytes) = left.unwrap_or((0, 0));
        left.is_some()
    }
}

impl Catalog {
    /// Creates the catalog of all tools that are offered now, on a thread of its own, because that
    /// takes long with many tools.
    pub(crate) async fn build(
        engine: &Engine,
        providers: &[Provider],
        options: &Arc<Options>,
    ) -> Result<Self> {
        let (engine, providers, options) =
            (engine.clone(), providers.to_vec(), Arc::clone(options));
        let built = tokio::task::spawn_blocking(move || Self::new(&engine, &providers, &options));
        // Fails if it has panicked.
        built.await.unwrap_or_else(|error| Err(Error::Tools(error.to_string())))
    }

    /// Tells the observer which tools are left out.
    pub(crate) fn tell_all(&self, options: &Options) {
        self.left_out.iter().for_each(|event| options.observe(event.clone()));
    }

    /// Tells the observer which tools are left out that were not in the catalog before this one.
    pub(crate) fn tell(&self, before: &Self, options: &Options) {
        let news = self.left_out.iter().filter(|event| !before.left_out.contains(event));
        news.for_each(|event| options.observe(event.clone()));
    }

    fn new(engine: &Engine, providers: &[Provider], options: &Options) -> Result<Self> {
        let limits = &options.limits;
        let mut builder = CodeTool::builder(engine)
            .limits(options.program.clone())
            .max_result_bytes(limits.output_bytes.max(limits.media_bytes));
        let mut room = Room { tools: limits.all_tools, bytes: limits.all_definition_bytes };
        let mut left_out = Vec::new();
        for provider in providers {
            let mut tools = provider.definitions();
            let fit = tools.iter().take_while(|(_, bytes)| room.takes(*bytes)).count();
            if fit < tools.len() {
                left_out.push(Event::LeftOut {
                    server: provider.name().to_owned(),
                    tool: format!("{} tools", tools.len() - fit),
                    reason: "all servers together have too many tools, or too long definitions"
                        .to_owned(),
                });
            }
            tools.truncate(fit);
            let tools = tools.into_iter().map(|(it, _)| (it, provider.handler()));
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
        Ok(Self { code, description, left_out })
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
