//! Knows tools by their descriptions, for models that write programs: safe names, declarations in
//! TypeScript, validation of arguments and results, and search.
//!
//! It runs no tool and knows no protocol, though it reads the tools of an MCP server's `tools/list`.
//!
//! ```
//! use isolet_catalog::{Catalog, Namespace};
//! use serde_json::json;
//!
//! let files: Namespace = serde_json::from_value(json!({
//!     "name": "files",
//!     "tools": [{
//!         "name": "read-file",
//!         "description": "Reads a file.",
//!         "inputSchema": {
//!             "type": "object",
//!             "properties": {
//!                 "path": { "type": "string" },
//!                 "limit": { "type": "integer", "description": "Most lines.", "default": 100 },
//!             },
//!             "required": ["path"],
//!         },
//!         "outputSchema": { "type": "string" },
//!     }],
//! }))?;
//! let catalog = Catalog::new([files])?;
//!
//! assert_eq!(catalog.declarations(), "\
//! declare const files: {
//!   /** Reads a file. */
//!   read_file(input: {
//!     path: string;
//!     /** Most lines. @integer @default 100 */
//!     limit?: number;
//!   }): Promise<string>;
//! };
//! ");
//!
//! let tool = catalog.search("show the contents of a document", 5)[0];
//! assert_eq!(tool.signature(), "files.read_file(input: { path: string; limit?: number }): Promise<string>");
//! assert_eq!(tool.definition().name, "read-file");
//!
//! let error = tool.validate_input(Some(&json!({ "path": 42 }))).unwrap_err();
//! assert_eq!(error.to_string(), "files.read_file: input.path must be a string, but is a number (42)");
//!
//! let nearest = catalog.nearest("files.raedFile");
//! assert_eq!(nearest[0].path(), "files.read_file");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Catalog`] is made once and shared between threads. Schemas, values and queries may be hostile:
//! their size, depth and the work that they cause are bounded, nothing is fetched, regular expressions
//! take linear time, and no text of a definition leaves its comment or string.
//!
//! The validator is this crate's own, because the work of others is exponential in the depth of a
//! value for some schemas of honest authors, such as a union of operators of expressions.

#![cfg_attr(not(test), warn(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod canonical;
mod catalog;
mod declare;
mod error;
mod methods;
mod name;
mod nearest;
mod pattern;
mod schema;
mod search;
mod text;
mod tool;
mod validate;
mod words;

pub use canonical::canonical_json;
pub use catalog::{Catalog, Definition, Namespace};
pub use error::{Error, Result, Violation};
pub use methods::{Method, methods};
pub use pattern::Pattern;
pub use text::{is_hidden, is_hidden_between};
pub use tool::Tool;
