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
/// Workers that are given the value can call every `pub` method that takes `&self`, `async` or
/// not. Methods that are not `pub` (including `pub(crate)`) and functions without `self` stay
/// as they are and cannot be reached. The block itself is unchanged. The attribute adds
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
/// The name of a method in JavaScript is its Rust name in camel case, so `post_message` becomes
/// `postMessage`. `#[capability(name = "…")]` on the method sets another name, and
/// `#[capability(skip)]` keeps the method out of reach. No method can be named `then`, because
/// `await` would call it.
///
/// Calls run concurrently, so there is no `&mut self`. State that changes belongs in a `Mutex`
/// or an atomic. A method that is not `async` runs to its end on the task that drives the
/// sandbox, so keep it short.
///
/// # Parameters
///
/// A parameter has any type that owns its data and is `serde::Deserialize`. Trailing
/// parameters that accept `undefined`, such as `Option<T>`, can be left out. Arguments without
/// a parameter are ignored, as in any call in JavaScript. An argument that does not fit is a
/// `TypeError` that names the method and the parameter:
/// ``postMessage: parameter "text": invalid type: integer `3`, expected a string``.
///
/// # Results
///
/// A method returns any `T` that is `serde::Serialize`, or `Result<T, E>`. If `E` is
/// `Into<isolet::Thrown>`, JavaScript sees the error with the name that the conversion chooses.
/// If `E` is only `Display`, as every `std::error::Error` is, JavaScript sees an `Error` with
/// that message. Untrusted code reads these messages. Unit (`()`) becomes `undefined`, `None`
/// becomes `null`, and integers beyond 2^53 become bigints although they are declared as
/// `number`.
///
/// # The declaration
///
/// With the feature `declarations` of isolet, `Capability::declaration` returns the interface
/// in TypeScript, with everything that it refers to. It is made from the types' JSON Schemas
/// and from the doc comments of the block, its methods and the types. The types of parameters
/// and results should then be `schemars::JsonSchema`; one that is not is declared as `unknown`.
/// A type whose schema cannot say what JavaScript sees can state it itself:
/// `#[schemars(extend("x-typescript" = "Date"))]`.
///
/// # Options
///
/// - `name = "ChatRoom"`: the name of the interface. Defaults to the name of the type.
/// - `crate = "path"`: the path of isolet, for crates that re-export it.
///
/// # Cost
///
/// A call compares its name, decodes its arguments one by one and makes one allocation for the
/// future. The method itself and the answer's bytes may need further allocations.
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
