//! One method: what JavaScript needs to know of it, or the reason why it cannot be called.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, GenericArgument, Ident, ImplItemFn, Lit, Meta, Pat,
    PatType, PathArguments, Receiver, Result, ReturnType, Type, Visibility,
};

use crate::names::camel_case;
use crate::options::MethodOptions;

const NO_THEN: &str = "`await` calls what is named `then`: give it another name, or keep it from JavaScript with `#[capability(skip)]`";

/// A method that JavaScript can call.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    /// Its name in JavaScript, and the span where that was chosen.
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) doc: String,
    /// Its `cfg` attributes, because a method that is not compiled cannot be called.
    pub(crate) conditions: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: ReturnType,
}

/// A parameter after `&self`.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) ty: Type,
}

impl Method {
    /// Parses a function. `None` if JavaScript cannot reach it. Removes this crate's attributes
    /// from it in any case.
    pub(crate) fn new(function: &mut ImplItemFn) -> Result<Option<Self>> {
        let options = MethodOptions::take(&mut function.attrs)?;
        let function = &*function;
        let signature = &function.sig;
        let public = matches!(function.vis, Visibility::Public(_));
        let Some(receiver) = signature.receiver().filter(|_| public && !options.skip) else {
            return match options.name {
                Some(name) if !options.skip => Err(Error::new(
                    name.span(),
                    "JavaScript reaches only `pub` methods that take `&self`",
                )),
                _ => Ok(None),
            };
        };
        check_receiver(receiver)?;
        if let Some(token) = &signature.unsafety {
            return Err(refused(
                token,
                "nobody vouches for what JavaScript does: a method it calls cannot be `unsafe`",
            ));
        }
        if !signature.generics.params.is_empty() {
            return Err(refused(
                &signature.generics,
                "a method that JavaScript calls cannot be generic: give it concrete types that own their data",
            ));
        }
        if let ReturnType::Type(_, ty) = &signature.output
            && let Some(opaque) = opaque(ty)
        {
            return Err(refused(
                opaque,
                "name the type: the declaration needs it (a future is an `async fn`)",
            ));
        }
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(parameter) => Some(Parameter::new(parameter)),
        });
        let name = match &options.name {
            Some(name) => name.value(),
            None => camel_case(&unraw(&signature.ident)),
        };
        let name_span = options.name.as_ref().map_or(signature.ident.span(), syn::LitStr::span);
        if name == "then" {
            return Err(Error::new(name_span, NO_THEN));
        }
        Ok(Some(Self {
            ident: signature.ident.clone(),
            name,
            name_span,
            doc: doc(&function.attrs),
            conditions: conditions(&function.attrs),
            is_async: signature.asyncness.is_some(),
            parameters: parameters.collect::<Result<_>>()?,
            returns: signature.output.clone(),
        }))
    }
}

impl Parameter {
    fn new(parameter: &PatType) -> Result<Self> {
        let ident = match &*parameter.pat {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
                &pattern.ident
            }
            pattern => {
                return Err(refused(
                    pattern,
                    "the declaration needs a name here: take the pattern apart in the body",
                ));
            }
        };
        if let Some(attribute) =
            parameter.attrs.iter().find(|attribute| attribute.path().is_ident("cfg"))
        {
            return Err(refused(
                attribute,
                "a parameter cannot be conditional: put the condition on the method",
            ));
        }
        if let Some(opaque) = opaque(&parameter.ty) {
            return Err(refused(
                opaque,
                "a parameter needs a concrete type, to which its argument is decoded",
            ));
        }
        if let Some((borrowed, instead)) = borrowed(&parameter.ty) {
            let message =
                format!("arguments are decoded to values of their own: take {instead} here");
            return Err(refused(borrowed, &message));
        }
        Ok(Self { name: camel_case(&unraw(ident)), ty: (*parameter.ty).clone() })
    }
}

fn refused(tokens: impl ToTokens, message: &str) -> Error {
    Error::new_spanned(
        tokens,
        format!("{message}; or keep the method from JavaScript with `#[capability(skip)]`"),
    )
}

fn check_receiver(receiver: &Receiver) -> Result<()> {
    let message = match (&receiver.reference, &receiver.mutability, &receiver.colon_token) {
        (Some(_), None, None) => return Ok(()),
        (Some(_), Some(_), None) => {
            "JavaScript calls methods at the same time: take `&self`, and keep what changes in a `Mutex` or an atomic"
        }
        (None, _, None) => "a capability is called more than once: take `&self`",
        _ => "a method that JavaScript calls takes `&self`",
    };
    Err(refused(receiver, message))
}

pub(crate) fn unraw(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// Returns the text of the doc comments.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    // The space after the slashes belongs to the source and not to the text.
    let lines: Vec<String> = lines
        .flat_map(|text| {
            let lines = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned());
            if text.is_empty() { vec![String::new()] } else { lines.collect() }
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

/// Returns the part of a type that is `impl Trait`.
fn opaque(ty: &Type) -> Option<&Type> {
    match ty {
        Type::ImplTrait(_) => Some(ty),
        other => inner(other).into_iter().find_map(opaque),
    }
}

/// Returns the part of a type that borrows, and what to write instead.
fn borrowed(ty: &Type) -> Option<(&Type, &'static str)> {
    let Type::Reference(reference) = ty else {
        return inner(ty).into_iter().find_map(borrowed);
    };
    let instead = match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") => "`String`",
        Type::Path(path) if path.path.is_ident("Path") => "`PathBuf`",
        Type::Slice(_) => "a `Vec`",
        Type::TraitObject(_) => "a concrete type",
        _ => "the type without `&`",
    };
    Some((ty, instead))
}

/// Returns the types that a type is written with.
fn inner(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::Array(array) => vec![&array.elem],
        Type::Slice(slice) => vec![&slice.elem],
        Type::Reference(reference) => vec![&reference.elem],
        Type::Paren(paren) => vec![&paren.elem],
        Type::Group(group) => vec![&group.elem],
        Type::Tuple(tuple) => tuple.elems.iter().collect(),
        Type::Path(path) => path
            .path
            .segments
            .iter()
            .filter_map(|segment| match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
                _ => None,
            })
            .flatten()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
