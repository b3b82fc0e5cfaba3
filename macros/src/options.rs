//! Parsing of the options in the attribute's brackets.

use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::{Attribute, LitStr, Path, Result, parse_quote};

use crate::names;

/// The options of the block.
pub(crate) struct BlockOptions {
    pub(crate) name: Option<String>,
    pub(crate) isolet: Path,
}

impl BlockOptions {
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let mut options = Self { name: None, isolet: parse_quote!(::isolet) };
        let parser = syn::meta::parser(|meta| {
            if meta.path.is_ident("name") {
                options.name = Some(identifier(&meta.value()?.parse()?)?);
                Ok(())
            } else if meta.path.is_ident("crate") {
                options.isolet = meta.value()?.parse::<LitStr>()?.parse()?;
                Ok(())
            } else {
                Err(meta.error("there is `name = \"Interface\"` and `crate = \"path\"`"))
            }
        });
        parser.parse2(tokens)?;
        Ok(options)
    }
}

/// The options of a method.
#[derive(Default)]
pub(crate) struct MethodOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) skip: bool,
}

impl MethodOptions {
    /// Parses this crate's attributes and removes them from `attributes`, where nothing would
    /// understand them.
    pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Result<Self> {
        let mut options = Self::default();
        let mut result = Ok(());
        attributes.retain(|attribute| {
            let ours = is_ours(attribute.path());
            if ours && let Err(error) = options.read(attribute) {
                result = Err(error);
            }
            !ours
        });
        result.map(|()| options)
    }

    fn read(&mut self, attribute: &Attribute) -> Result<()> {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                let name = meta.value()?.parse()?;
                identifier(&name)?;
                self.name = Some(name);
                Ok(())
            } else if meta.path.is_ident("skip") {
                self.skip = true;
                Ok(())
            } else {
                Err(meta.error("a method has `name = \"methodName\"` and `skip`"))
            }
        })
    }
}

/// Returns true for `capability` and `isolet::capability`.
fn is_ours(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "capability")
}

fn identifier(literal: &LitStr) -> Result<String> {
    let text = literal.value();
    if names::is_identifier(&text) {
        Ok(text)
    } else {
        Err(syn::Error::new_spanned(literal, "not a name that JavaScript could use"))
    }
}
