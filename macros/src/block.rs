//! Parsing of the impl block as a whole.

use proc_macro2::TokenStream;
use syn::{Error, GenericParam, ImplItem, ItemImpl, Result, Type};

use crate::method::{self, Method};
use crate::options::BlockOptions;

/// The methods that a block makes callable, and its options.
pub(crate) struct Block {
    pub(crate) options: BlockOptions,
    /// The interface's name in TypeScript.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) methods: Vec<Method>,
}

impl Block {
    /// Parses the block and removes this crate's attributes from it. Reports all errors at
    /// once.
    pub(crate) fn new(options: TokenStream, item: &mut ItemImpl) -> Result<Self> {
        let mut problems = Problems::default();
        let mut methods: Vec<Method> = Vec::new();
        for function in &mut item.items {
            let ImplItem::Fn(function) = function else { continue };
            if let Some(method) = problems.note(Method::new(function)).flatten() {
                problems.note(check_unique(&methods, &method));
                methods.push(method);
            }
        }
        problems.note(check_kind(item));
        let name = problems.note(type_name(&item.self_ty)).unwrap_or_default();
        let options = problems.note(BlockOptions::parse(options));
        match (problems.all, options) {
            (None, Some(options)) => {
                let name = options.name.clone().unwrap_or(name);
                Ok(Self { name, doc: method::doc(&item.attrs), methods, options })
            }
            (Some(problems), _) => Err(problems),
            (None, None) => Err(Error::new_spanned(item, "not understood")),
        }
    }
}

#[derive(Default)]
struct Problems {
    all: Option<Error>,
}

impl Problems {
    fn note<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                match &mut self.all {
                    Some(all) => all.combine(error),
                    None => self.all = Some(error),
                }
                None
            }
        }
    }
}

fn check_kind(item: &ItemImpl) -> Result<()> {
    if let Some((_, path, _)) = &item.trait_ {
        return Err(Error::new_spanned(
            path,
            "a capability is made of the methods of a type: put this on `impl Type`, without a trait",
        ));
    }
    let lifetimes = item.generics.params.iter().find_map(|parameter| match parameter {
        GenericParam::Lifetime(lifetime) => Some(lifetime),
        _ => None,
    });
    match lifetimes {
        Some(lifetime) => Err(Error::new_spanned(
            lifetime,
            "a capability outlives whoever hands it out: it must own its data, or share it with an `Arc`",
        )),
        None => Ok(()),
    }
}

fn type_name(ty: &Type) -> Result<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| method::unraw(&last.ident)),
        Type::Paren(paren) => return type_name(&paren.elem),
        Type::Group(group) => return type_name(&group.elem),
        _ => None,
    }
    .ok_or_else(|| Error::new_spanned(ty, "a capability is a type with a name"))
}

/// Errors if two methods have the same name, unless a condition may leave only one of them.
fn check_unique(known: &[Method], method: &Method) -> Result<()> {
    let twin = known.iter().find(|known| {
        known.name == method.name && known.conditions.is_empty() && method.conditions.is_empty()
    });
    match twin {
        Some(twin) => Err(Error::new(
            method.name_span,
            format!("to JavaScript, `{}` is called `{}` too", twin.ident, twin.name),
        )),
        None => Ok(()),
    }
}
