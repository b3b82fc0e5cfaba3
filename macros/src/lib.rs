//! The attribute that makes an isolet capability of an `impl` block. Use it as
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
/// Every `pub` method that takes `&self`, `async` or not, can be called by the
/// workers that are handed the value; methods that are not `pub` (`pub(crate)`
/// included) and functions without `self` stay what they are and cannot be
/// reached. The block itself is unchanged; what is added is
/// `impl isolet::Capability`.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use schemars::JsonSchema;
///
/// pub struct Room {
///     name: String,
/// }
///
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(rename_all = "camelCase")]
/// pub struct PostOptions {
///     /// Post only to this member.
///     to_member: Option<String>,
/// }
///
/// /// A chat room.
/// #[isolet::capability(name = "ChatRoom")]
/// impl Room {
///     pub fn new(name: &str) -> Self {
///         Self { name: name.to_owned() }
///     }
///
///     /// Posts a message and answers its number.
///     pub async fn post_message(
///         &self,
///         text: String,
///         options: Option<PostOptions>,
///     ) -> Result<u32, std::io::Error> {
///         let _ = (&self.name, text, options.and_then(|options| options.to_member));
///         Ok(1)
///     }
/// }
///
/// # use isolet::Capability;
/// let room = Room::new("lobby");
/// let declaration = room.declaration().expect("every block has one");
/// assert_eq!(declaration, "\
/// /** A chat room. */
/// export interface ChatRoom {
///   /** Posts a message and answers its number. */
///   postMessage(text: string, options?: PostOptions): Promise<number>;
/// }
/// export interface PostOptions {
///   /** Post only to this member. */
///   toMember?: string | null;
/// }
/// ");
/// ```
///
/// # Methods
///
/// A method's name in JavaScript is its Rust name in camel case, so that
/// `post_message` is `postMessage`; `#[capability(name = "…")]` on the method
/// gives it another, and `#[capability(skip)]` keeps it out of reach. There is
/// no method `then`: `await` would call it.
///
/// Calls run at the same time, so there is no `&mut self`; state that changes
/// belongs in a `Mutex` or an atomic. A method that is not `async` runs to its
/// end on the task that drives the sandbox: keep it short.
///
/// # Parameters
///
/// Any type that owns its data and is `serde::Deserialize` and
/// `schemars::JsonSchema`. Trailing parameters that accept `undefined`, such as
/// `Option<T>`, can be left out; arguments that no parameter takes are ignored,
/// as in any call in JavaScript. An argument that does not fit is a `TypeError`
/// that names the method and the parameter:
/// ``postMessage: parameter "text": invalid type: integer `3`, expected a string``.
///
/// # Results
///
/// Any `T` that is `serde::Serialize` and `schemars::JsonSchema`, or
/// `Result<T, E>`. If `E` is `Into<isolet::Thrown>`, JavaScript sees the error
/// with the name that the conversion chooses; if it is only `Display`, as every
/// `std::error::Error` is, it sees an `Error` with that message. Untrusted code
/// reads these messages. Nothing (`()`) is `undefined`, `None` is `null`, and
/// integers beyond 2^53 are bigints although they are declared as `number`.
///
/// # The declaration
///
/// `Capability::declaration` is the interface in TypeScript with everything
/// that it refers to, made from the types' JSON Schemas and from the doc
/// comments of the block, its methods and the types. A type whose schema cannot
/// say what JavaScript sees can: `#[schemars(extend("x-typescript" = "Date"))]`.
///
/// # Options
///
/// - `name = "ChatRoom"`: the interface's name; the type's, if left out.
/// - `crate = "path"`: where to find isolet, for crates that re-export it.
///
/// # Cost
///
/// A call is a comparison of its name, the decoding of its arguments one by one
/// and one allocation for the future, besides those of the method itself and of
/// the answer's bytes.
///
/// # What the compiler refuses
///
/// A receiver other than `&self`:
/// ```compile_fail
/// # struct Counter(u32);
/// #[isolet::capability]
/// impl Counter {
///     pub fn count(&mut self) -> u32 { self.0 += 1; self.0 }
/// }
/// ```
/// Parameters that borrow:
/// ```compile_fail
/// # struct Room;
/// #[isolet::capability]
/// impl Room {
///     pub fn post(&self, text: &str) {}
/// }
/// ```
/// Generic methods, and patterns in place of a parameter's name:
/// ```compile_fail
/// # struct Room;
/// #[isolet::capability]
/// impl Room {
///     pub fn post<T: Into<String>>(&self, text: T) {}
/// }
/// ```
/// ```compile_fail
/// # struct Room;
/// #[isolet::capability]
/// impl Room {
///     pub fn move_to(&self, (x, y): (u32, u32)) {}
/// }
/// ```
/// An error that is neither `Display` nor convertible:
/// ```compile_fail
/// # struct Room;
/// pub struct Silent;
/// #[isolet::capability]
/// impl Room {
///     pub fn post(&self) -> Result<(), Silent> { Err(Silent) }
/// }
/// ```
/// Unsafe methods, two methods of one name, and the impl of a trait:
/// ```compile_fail
/// # struct Room;
/// #[isolet::capability]
/// impl Room {
///     pub unsafe fn post(&self) {}
/// }
/// ```
/// ```compile_fail
/// # struct Room;
/// #[isolet::capability]
/// impl Room {
///     pub fn get_all(&self) {}
///     #[capability(name = "getAll")]
///     pub fn everything(&self) {}
/// }
/// ```
/// ```compile_fail
/// # struct Room;
/// #[isolet::capability]
/// impl Clone for Room {
///     fn clone(&self) -> Self { Room }
/// }
/// ```
#[proc_macro_attribute]
pub fn capability(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::capability(options.into(), &item.into()).into()
}
