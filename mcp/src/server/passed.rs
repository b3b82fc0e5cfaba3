//! Resources and prompts of the servers, under names that say of which server they are.

use futures_util::future::join_all;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rmcp::ErrorData;
use rmcp::model::{
    GetPromptRequestParams, GetPromptResponse, Prompt, ReadResourceRequestParams,
    ReadResourceResponse, Resource, ResourceContents, ResourceTemplate,
};

use super::shared::Shared;
use crate::provider::Provider;
use crate::text::{harmless, line};
use crate::upstream::Upstream;

/// The most bytes of a name or a title.
const MAX_NAME: usize = 256;

impl Shared {
    /// Returns the MCP servers.
    fn servers(&self) -> impl Iterator<Item = &Upstream> {
        self.providers.iter().filter_map(|provider| match provider {
            Provider::Server(server) => Some(&**server),
            Provider::Api(_) => None,
        })
    }

    pub(super) fn has_resources(&self) -> bool {
        self.servers().any(Upstream::has_resources)
    }

    /// Returns true if clients can subscribe to some resources.
    pub(super) fn has_updates(&self) -> bool {
        self.servers().any(Upstream::has_updates)
    }

    /// Returns the server of a resource, and the address that the resource has there.
    pub(super) fn resource<'a>(&self, uri: &'a str) -> Option<(&Upstream, &'a str)> {
        self.servers().find_map(|server| Some((server, uri.strip_prefix(&prefix(server))?)))
    }

    pub(super) fn has_prompts(&self) -> bool {
        self.servers().any(Upstream::has_prompts)
    }

    pub(super) async fn resources(&self) -> Vec<Resource> {
        let lists = self.servers().map(|server| async move {
            let resources = server.resources().await.into_iter();
            resources.map(|resource| prefixed_resource(server, resource)).collect::<Vec<_>>()
        });
        join_all(lists).await.into_iter().flatten().collect()
    }

    pub(super) async fn resource_templates(&self) -> Vec<ResourceTemplate> {
        let lists = self.servers().map(|server| async move {
            let templates = server.resource_templates().await.into_iter();
            templates.map(|template| prefixed_template(server, template)).collect::<Vec<_>>()
        });
        join_all(lists).await.into_iter().flatten().collect()
    }

    pub(super) async fn prompts(&self) -> Vec<Prompt> {
        let lists = self.servers().map(|server| async move {
            let prompts = server.prompts().await.into_iter();
            prompts.map(|prompt| prefixed_prompt(server, prompt)).collect::<Vec<_>>()
        });
        join_all(lists).await.into_iter().flatten().collect()
    }

    /// Reads a resource of the server that its address names.
    pub(super) async fn read_resource(
        &self,
        mut params: ReadResourceRequestParams,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let Some((server, uri)) = self.resource(&params.uri) else {
            return Err(ErrorData::resource_not_found("there is no such resource", None));
        };
        params.uri = uri.to_owned();
        // The client's metadata is for this server, and not for that one.
        params.meta = None;
        let response = server.read_resource(params).await?;
        let ReadResourceResponse::Complete(mut result) = response else {
            return Err(ErrorData::internal_error("the server asks for input", None));
        };
        for contents in &mut result.contents {
            match contents {
                ResourceContents::TextResourceContents { uri, .. }
                | ResourceContents::BlobResourceContents { uri, .. } => {
                    uri.insert_str(0, &prefix(server));
                }
                _ => {}
            }
        }
        Ok(ReadResourceResponse::Complete(result))
    }

    /// Returns a prompt of the server that its name begins with.
    pub(super) async fn get_prompt(
        &self,
        mut params: GetPromptRequestParams,
    ) -> Result<GetPromptResponse, ErrorData> {
        let of = |server: &Upstream| {
            Some(params.name.strip_prefix(server.name())?.strip_prefix('.')?.to_owned())
        };
        // The name of one server may begin with that of another.
        let found = self.servers().filter_map(|server| Some((server, of(server)?)));
        let Some((server, name)) = found.max_by_key(|(server, _)| server.name().len()) else {
            return Err(ErrorData::invalid_params("there is no such prompt", None));
        };
        params.name = name;
        params.meta = None;
        match server.get_prompt(params).await? {
            GetPromptResponse::InputRequired(_) => {
                Err(ErrorData::internal_error("the server asks for input", None))
            }
            response => Ok(response),
        }
    }
}

/// Returns the beginning of the addresses of a server's resources.
fn prefix(server: &Upstream) -> String {
    format!("isolet:{}/", utf8_percent_encode(server.name(), NON_ALPHANUMERIC))
}

fn prefixed_name(server: &Upstream, name: &str) -> String {
    format!("{}.{}", server.name(), line(name, MAX_NAME))
}

fn prefixed_resource(server: &Upstream, mut resource: Resource) -> Resource {
    resource.uri.insert_str(0, &prefix(server));
    resource.name = prefixed_name(server, &resource.name);
    resource.title = resource.title.map(|title| line(&title, MAX_NAME));
    resource.description = resource.description.map(|text| harmless(&text));
    resource
}

fn prefixed_template(server: &Upstream, mut template: ResourceTemplate) -> ResourceTemplate {
    template.uri_template.insert_str(0, &prefix(server));
    template.name = prefixed_name(server, &template.name);
    template.title = template.title.map(|title| line(&title, MAX_NAME));
    template.description = template.description.map(|text| harmless(&text));
    template
}

fn prefixed_prompt(server: &Upstream, mut prompt: Prompt) -> Prompt {
    // As it is, so that the server knows it again.
    prompt.name.insert_str(0, &format!("{}.", server.name()));
    prompt.title = prompt.title.map(|title| line(&title, MAX_NAME));
    prompt.description = prompt.description.map(|text| harmless(&text));
    for argument in prompt.arguments.iter_mut().flatten() {
        argument.title = argument.title.take().map(|title| line(&title, MAX_NAME));
        argument.description = argument.description.take().map(|text| harmless(&text));
    }
    prompt
}
