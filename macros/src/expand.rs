//! Code generation. Everything that can be an ordinary function is one, in `isolet::__private`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, ItemImpl, ReturnType, parse_quote};

use crate::block::Block;
use crate::method::Method;

/// Returns the expansion of the attribute.
pub(crate) fn capability(options: TokenStream, tokens: &TokenStream) -> TokenStream {
    let mut item: ItemImpl = match syn::parse2(tokens.clone()) {
        Ok(item) => item,
        Err(error) => {
            let is_impl = tokens.clone().into_iter().any(|token| token.to_string() == "impl");
            let error = if is_impl { error } else { not_a_block(tokens) };
            // The item is kept, so that nothing else seems to be missing.
            let error = error.to_compile_error();
            return quote!(#tokens #error);
        }
    };
    match Block::new(options, &mut item) {
        Ok(block) => {
            let implementation = implementation(&block, &item);
            // Here `pub` means more than the lint can know. Following its advice would take the
            // method away from JavaScript.
            item.attrs.push(parse_quote!(#[allow(unreachable_pub)]));
            quote!(#item #implementation)
        }
        Err(error) => {
            let error = error.to_compile_error();
            quote!(#item #error)
        }
    }
}

fn not_a_block(item: &TokenStream) -> Error {
    let first = item.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    Error::new(first, "put this on a type's `impl` block")
}

fn implementation(block: &Block, item: &ItemImpl) -> TokenStream {
    let isolet = &block.options.isolet;
    let private = quote!(#isolet::__private);
    let ty = &item.self_ty;
    let mut generics = item.generics.clone();
    if !generics.params.is_empty() {
        let bounds = parse_quote!(#ty: ::core::marker::Send + ::core::marker::Sync + 'static);
        generics.make_where_clause().predicates.push(bounds);
    }
    let (parameters, _, conditions) = generics.split_for_impl();
    let arms = block.methods.iter().map(|method| arm(method, &private));
    let declared = block.methods.iter().map(|method| declared(method, &private));
    let (name, doc) = (&block.name, &block.doc);
    let attributes = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    // The traits whose methods tell return types apart, and types with a schema from others.
    let import = |name| (!block.methods.is_empty()).then(|| quote!(use #private::#name as _;));
    let (returns, schema) = (import(quote!(Returns)), import(quote!(Schema)));
    // Spanned on the type, so that "cannot be shared between threads" points there.
    let trait_path = quote_spanned!(at(ty.span())=> #isolet::Capability);
    quote! {
        #(#attributes)*
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
        impl #parameters #trait_path for #ty #conditions {
            fn call(
                self: #private::Arc<Self>,
                method: &str,
                arguments: #private::Value,
            ) -> #isolet::Answer {
                #returns
                match method {
                    #(#arms)*
                    other => #private::no_method(other),
                }
            }

            #isolet::__declaration! {
                fn declaration(&self) -> #private::Option<#private::String> {
                    #returns
                    #schema
                    let mut interface = #private::Interface::new(#name, #doc);
                    #(#declared)*
                    #private::Option::Some(interface.finish())
                }
            }
        }
    }
}

fn arm(method: &Method, private: &TokenStream) -> TokenStream {
    let Method { ident, name, conditions, parameters, .. } = method;
    let locals: Vec<_> = (0..parameters.len())
        .map(|index| format_ident!("argument_{index}", span = Span::mixed_site()))
        .collect();
    let decoded = parameters.iter().map(|parameter| {
        let (name, ty) = (&parameter.name, &parameter.ty);
        quote_spanned!(at(ty.span())=> arguments.next::<#ty>(#name)?)
    });
    // In a block of its own, so that no borrow lives on across the call.
    let decoding = (!parameters.is_empty()).then(|| {
        quote! {
            let (#(#locals,)*) = {
                let mut arguments = #private::Arguments::new(#name, &arguments)?;
                (#(#decoded,)*)
            };
            ::core::mem::drop(arguments);
        }
    });
    let wait = method.is_async.then(|| quote!(.await));
    let kind = kind(method, private);
    let answer = quote_spanned!(at(returned(method).1)=> #kind.answer(#name, returned));
    // Spanned on the method's name, so that "not `Send`" points there.
    let future = quote_spanned! {at(ident.span())=>
        #private::Box::pin(async move {
            #decoding
            let returned = Self::#ident(&self, #(#locals),*) #wait;
            #answer
        })
    };
    quote!(#(#conditions)* #name => #future,)
}

fn declared(method: &Method, private: &TokenStream) -> TokenStream {
    let Method { name, doc, conditions, .. } = method;
    let parameters = method.parameters.iter().map(|parameter| {
        let (name, ty) = (&parameter.name, &parameter.ty);
        quote_spanned! {at(ty.span())=>
            interface.parameter::<#ty>(#name, (&&#private::Shape::<#ty>::new()).schema());
        }
    });
    let kind = kind(method, private);
    let span = returned(method).1;
    let returns = quote_spanned! {at(span)=>
        interface.returns((&&#private::Shape::of(&#kind)).schema());
    };
    quote! {
        #(#conditions)*
        {
            interface.method(#name, #doc);
            #(#parameters)*
            #returns
        }
    }
}

fn kind(method: &Method, private: &TokenStream) -> TokenStream {
    let (ty, span) = returned(method);
    quote_spanned!(at(span)=> (&&&&#private::Probe::<#ty>::new()).kind())
}

/// Returns a span for which errors point to `span`, while names mean what they mean in the
/// expansion, even if a macro of the user wrote the block.
fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

fn returned(method: &Method) -> (TokenStream, Span) {
    match &method.returns {
        ReturnType::Type(_, ty) => (ty.to_token_stream(), ty.span()),
        ReturnType::Default => (quote!(()), method.ident.span()),
    }
}
