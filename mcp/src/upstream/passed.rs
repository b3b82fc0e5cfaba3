//! The resources and prompts of a server, which clients get as they are.

use std::sync::PoisonError;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use rmcp::model::{
    GetPromptRequestParams, GetPromptResponse, PaginatedRequestParams, Prompt,
    ReadResourceRequestParams, ReadResourceResponse, Resource, ResourceTemplate,
};
use rmcp::{ErrorData, Peer, RoleClient, ServiceError};
use serde::Serialize;

use super::{List, MAX_PAGES, Upstream, reason};

/// The most resources, templates or prompts of one server.
const MAX_ITEMS: usize = 2_000;

/// A page of a list, and the cursor of the next one.
type Page<T> = Result<(Vec<T>, Option<String>), ServiceError>;

impl Upstream {
    pub(crate) fn has_resources(&self) -> bool {
        self.has.lock().unwrap_or_else(PoisonError::into_inner).resources
    }

    /// Returns true if clients may subscribe to its resources.
    pub(crate) fn has_updates(&self) -> bool {
        self.has.lock().unwrap_or_else(PoisonError::into_inner).updates
    }

    pub(crate) fn has_prompts(&self) -> bool {
        self.has.lock().unwrap_or_else(PoisonError::into_inner).prompts
    }

    /// Returns true if a list may have changed since the last time.
    pub(crate) fn has_news(&self, list: List) -> bool {
        self.signal.take(list)
    }

    /// Returns the resources, none if the server fails.
    pub(crate) async fn resources(&self) -> Vec<Resource> {
        let list = |peer: Peer<RoleClient>, page| {
            async move {
                let page = peer.list_resources(page).await?;
                Ok((page.resources, page.next_cursor))
            }
            .boxed()
        };
        if self.has_resources() { self.items(list).await } else { Vec::new() }
    }

    /// Returns the templates of resources, none if the server fails.
    pub(crate) async fn resource_templates(&self) -> Vec<ResourceTemplate> {
        let list = |peer: Peer<RoleClient>, page| {
            async move {
                let page = peer.list_resource_templates(page).await?;
                Ok((page.resource_templates, page.next_cursor))
            }
            .boxed()
        };
        if self.has_resources() { self.items(list).await } else { Vec::new() }
    }

    /// Returns the prompts, none if the server fails.
    pub(crate) async fn prompts(&self) -> Vec<Prompt> {
        let list = |peer: Peer<RoleClient>, page| {
            async move {
                let page = peer.list_prompts(page).await?;
                Ok((page.prompts, page.next_cursor))
            }
            .boxed()
        };
        if self.has_prompts() { self.items(list).await } else { Vec::new() }
    }

    /// Returns the items of all pages, as many as there are within the limits and in time.
    async fn items<T: Serialize>(
        &self,
        list: impl Fn(Peer<RoleClient>, Option<PaginatedRequestParams>) -> BoxFuture<'static, Page<T>>,
    ) -> Vec<T> {
        let limits = &self.options.limits;
        let Ok(peer) = self.connect().await else { return Vec::new() };
        let (mut items, mut bytes, mut cursor) = (Vec::new(), 0_usize, None);
        let pages = async {
            for _ in 0..MAX_PAGES {
                let page = cursor.take();
                let page = page.map(|it| PaginatedRequestParams::default().with_cursor(Some(it)));
                let Ok((page, next)) = list(peer.clone(), page).await else { return };
                for item in page {
                    bytes += serde_json::to_vec(&item).map_or(usize::MAX / 2, |it| it.len());
                    if items.len() >= MAX_ITEMS || bytes > limits.definition_bytes {
                        return;
                    }
                    items.push(item);
                }
                cursor = next;
                if cursor.is_none() {
                    return;
                }
            }
        };
        // The items that have arrived until then are returned.
        let _ = tokio::time::timeout(limits.call_time, pages).await;
        items
    }

    pub(crate) async fn read_resource(
        &self,
        params: ReadResourceRequestParams,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.ask(|peer| async move { peer.read_resource_once(params).await }).await
    }

    pub(crate) async fn get_prompt(
        &self,
        params: GetPromptRequestParams,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.ask(|peer| async move { peer.get_prompt_once(params).await }).await
    }

    async fn ask<T, F: Future<Output = Result<T, ServiceError>>>(
        &self,
        ask: impl FnOnce(Peer<RoleClient>) -> F,
    ) -> Result<T, ErrorData> {
        let failed = |reason: String| {
            ErrorData::internal_error(format!("server {}: {reason}", self.name), None)
        };
        let peer = self.connect().await.map_err(failed)?;
        let limit = self.options.limits.call_time;
        match tokio::time::timeout(limit, ask(peer)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(ServiceError::McpError(error))) => {
                Err(ErrorData::new(error.code, reason(error.message), None))
            }
            Ok(Err(error)) => Err(failed(reason(error))),
            Err(_) => Err(failed(format!("no answer within {limit:?}"))),
        }
    }
}
