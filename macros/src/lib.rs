//! The attribute that makes an isolet capability from an `impl` block. Use it as
//! `isolet::capability`.

mod block;
mod expand;
mod method;
mod names;
mod options;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Lets JavaScript call the methods of an ordinary `impl` block.
///
/// The crate `isolet` exports and documents it.
#[proc_macro_attribute]
pub fn capability(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::capability(options.into(), &item.into()).into()
}
