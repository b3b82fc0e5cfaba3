//! The error messages of the macro. The doctests of the attribute show that it refuses such
//! code.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::capability;
use crate::names::camel_case;

/// Returns the messages of the compile errors that the expansion contains.
fn errors(options: TokenStream, item: &TokenStream) -> Vec<String> {
    let expansion = capability(options, item).to_string().replace("\\\"", "'");
    expansion
        .split("compile_error ! {")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1).map(str::to_owned))
        .collect()
}

fn method_errors(method: &TokenStream) -> Vec<String> {
    errors(quote!(), &quote!(impl Room { #method }))
}

#[track_caller]
fn assert_refused(method: &TokenStream, reason: &str) {
    let errors = method_errors(method);
    assert!(errors.len() == 1 && errors[0].contains(reason), "{errors:?}");
}

#[test]
fn names_are_camel_case() {
    assert_eq!(camel_case("post_message"), "postMessage");
    assert_eq!(camel_case("get_2d_point"), "get2dPoint");
    assert_eq!(camel_case("_unused"), "unused");
    assert_eq!(camel_case("plain"), "plain");
    assert_eq!(camel_case("__"), "__");
}

#[test]
fn what_cannot_be_called_is_left_alone() {
    for method in [
        quote!(
            fn private(&mut self, text: &str) {}
        ),
        quote!(
            pub(crate) fn internal<T>(self, value: T) {}
        ),
        quote!(
            pub fn new(name: &str) -> Self {
                todo!()
            }
        ),
        quote!(
            #[capability(skip)]
            pub fn skipped(&mut self, (a, b): (u8, u8)) {}
        ),
        quote!(
            #[isolet::capability(skip)]
            pub fn then(&self) {}
        ),
    ] {
        assert_eq!(method_errors(&method), Vec::<String>::new(), "{method}");
    }
}

#[test]
fn receivers_are_shared() {
    assert_refused(
        &quote!(
            pub fn a(&mut self) {}
        ),
        "at the same time",
    );
    assert_refused(
        &quote!(
            pub fn a(self) {}
        ),
        "more than once",
    );
    assert_refused(
        &quote!(
            pub fn a(self: Arc<Self>) {}
        ),
        "takes `&self`",
    );
}

#[test]
fn parameters_own_their_data() {
    assert_refused(
        &quote!(
            pub fn a(&self, text: &str) {}
        ),
        "take `String`",
    );
    assert_refused(
        &quote!(
            pub fn a(&self, text: Option<&str>) {}
        ),
        "take `String`",
    );
    assert_refused(
        &quote!(
            pub fn a(&self, bytes: &[u8]) {}
        ),
        "take a `Vec`",
    );
    assert_refused(
        &quote!(
            pub fn a(&self, path: &Path) {}
        ),
        "take `PathBuf`",
    );
    assert_refused(
        &quote!(
            pub fn a(&self, thing: &Thing) {}
        ),
        "without `&`",
    );
    assert_refused(
        &quote!(
            pub fn a(&self, thing: impl Into<String>) {}
        ),
        "concrete type",
    );
}

#[test]
fn parameters_have_names() {
    assert_refused(
        &quote!(
            pub fn a(&self, (x, y): (u8, u8)) {}
        ),
        "needs a name",
    );
    assert_refused(
        &quote!(
            pub fn a(&self, _: u8) {}
        ),
        "needs a name",
    );
    assert_refused(
        &quote!(
            pub fn a(&self, #[cfg(unix)] x: u8) {}
        ),
        "conditional",
    );
}

#[test]
fn methods_are_plain() {
    assert_refused(
        &quote!(
            pub unsafe fn a(&self) {}
        ),
        "unsafe",
    );
    assert_refused(
        &quote!(
            pub fn a<T>(&self) {}
        ),
        "generic",
    );
    assert_refused(
        &quote!(
            pub fn a<'a>(&'a self) -> &'a str {
                ""
            }
        ),
        "generic",
    );
    assert_refused(
        &quote!(
            pub fn a(&self) -> impl Future<Output = u8> {}
        ),
        "async fn",
    );
}

#[test]
fn names_are_checked() {
    assert_refused(
        &quote!(
            pub fn then(&self) {}
        ),
        "await",
    );
    assert_refused(
        &quote!(
            #[capability(name = "a-b")]
            pub fn a(&self) {}
        ),
        "not a name",
    );
    assert_refused(
        &quote!(
            #[capability(nam = "b")]
            pub fn a(&self) {}
        ),
        "skip",
    );
    assert_refused(
        &quote!(
            #[capability(name = "b")]
            fn a(&self) {}
        ),
        "only `pub` methods",
    );
    assert_refused(
        &quote!(
            pub fn a_b(&self) {}
            pub fn aB(&self) {}
        ),
        "is called `aB` too",
    );
    let either = quote! {
        #[cfg(unix)] pub fn a(&self) {}
        #[cfg(not(unix))] pub fn a(&self) {}
    };
    assert_eq!(method_errors(&either), Vec::<String>::new());
}

#[test]
fn blocks_are_inherent() {
    let errors_of = |item| errors(quote!(), &item).join("\n");
    assert!(errors_of(quote!(impl Clone for Room {})).contains("without a trait"));
    assert!(
        errors_of(quote!(
            impl<'a> Room<'a> {}
        ))
        .contains("own its data")
    );
    assert!(
        errors_of(quote!(
            impl (A, B) {}
        ))
        .contains("type with a name")
    );
    assert!(
        errors_of(quote!(
            struct Room;
        ))
        .contains("`impl` block")
    );
    assert!(errors(quote!(nam = "Room"), &quote!(impl Room {})).join("").contains("crate"));
}

#[test]
fn everything_wrong_is_said_at_once() {
    let both = quote!(
        pub fn a(&mut self) {}
        pub fn b(self) {}
    );
    assert_eq!(method_errors(&both).len(), 2);
}

#[test]
fn the_block_is_kept_when_something_is_wrong() {
    let expansion = capability(quote!(), &quote!(impl Room { pub fn a(&mut self) {} })).to_string();
    assert!(expansion.starts_with("impl Room {"), "{expansion}");
}
