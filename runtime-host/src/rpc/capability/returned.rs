//! Return types of methods, told apart by the compiler.
//!
//! The macro sees `io::Result<T>` or an alias of the user's only as tokens, but the compiler
//! knows the types. So the expansion asks `(&&&&Probe::<R>::new()).kind()`. Method lookup
//! tries the receiver with the most references first, and finds the first of these that holds:
//!
//! 1. `Result<T, E>` with `E: Into<Thrown>`: the error chooses its name,
//! 2. `Result<T, E>` with `E: Display`: an `Error` with that message,
//! 3. any other `Result<T, E>`: a compile error that says what to do,
//! 4. anything else: a value.
//!
//! If the type is generic, its bounds decide.
#![allow(clippy::unused_self, reason = "a kind is all type and no data")]

use std::fmt::Display;
use std::marker::PhantomData;

use isolet_wire::{EncodeError, Value};
use serde::Serialize;

use crate::error::thrown::Thrown;

/// A probe of the return type `R`.
pub struct Probe<R>(PhantomData<fn() -> R>);

impl<R> Probe<R> {
    /// Creates a probe. Free: it holds no data.
    #[allow(clippy::new_without_default, reason = "only the macro's expansion makes one")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// The kind of a return type: one of the four above.
pub trait Returns {
    /// One of `Converted`, `Displayed`, `Unthrowable` and `Plain`.
    type Kind;
    /// Returns the kind. Free.
    fn kind(&self) -> Self::Kind;
}

/// A kind of return type, with the type of the value that JavaScript sees.
pub trait Kind {
    /// The type of the value, without the error.
    type Value;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: [$($generics:tt)*] $probe:ty;)*) => {$(
        $(#[$doc])*
        pub struct $kind<T>(PhantomData<fn() -> T>);

        impl<T> Kind for $kind<T> {
            type Value = T;
        }

        impl<$($generics)*> Returns for $probe {
            type Kind = $kind<T>;

            fn kind(&self) -> $kind<T> {
                $kind(PhantomData)
            }
        }
    )*};
}

kinds! {
    /// A `Result<T, E>` whose error becomes a [`Thrown`].
    Converted: [T, E: Into<Thrown>] &&&Probe<Result<T, E>>;
    /// A `Result<T, E>` whose error can be displayed.
    Displayed: [T, E: Display] &&Probe<Result<T, E>>;
    /// A `Result<T, E>` whose error is neither.
    Unthrowable: [T, E] &Probe<Result<T, E>>;
    /// A plain value.
    Plain: [T] Probe<T>;
}

// The bounds are on the methods, so that the compiler reports a missing trait and not a
// missing method.
impl<T> Converted<T> {
    /// Returns the value or the error as JavaScript sees it.
    ///
    /// # Errors
    /// Errors if the method returned an error, or if the value cannot be serialized.
    pub fn answer<E: Into<Thrown>>(
        self,
        method: &'static str,
        returned: Result<T, E>,
    ) -> Result<Value, Thrown>
    where
        T: Serialize,
    {
        write(method, &returned.map_err(Into::into)?)
    }
}

impl<T> Displayed<T> {
    /// Does the same as [`Converted::answer`]. The error becomes an `Error` with its message.
    ///
    /// # Errors
    /// The same as [`Converted::answer`].
    pub fn answer<E: Display>(
        self,
        method: &'static str,
        returned: Result<T, E>,
    ) -> Result<Value, Thrown>
    where
        T: Serialize,
    {
        write(method, &returned.map_err(|error| Thrown::new(error.to_string()))?)
    }
}

impl<T> Unthrowable<T> {
    /// Exists only so that the compiler refuses the call.
    ///
    /// # Errors
    /// Never errors, because it cannot be called.
    pub fn answer<E: Throwable>(
        self,
        _: &'static str,
        returned: Result<T, E>,
    ) -> Result<Value, Thrown> {
        match returned {
            Ok(_) => Ok(Value::undefined()),
            Err(error) => error.never(),
        }
    }
}

impl<T> Plain<T> {
    /// Returns the value as JavaScript sees it.
    ///
    /// # Errors
    /// Errors if the value cannot be serialized.
    pub fn answer(self, method: &'static str, returned: T) -> Result<Value, Thrown>
    where
        T: Serialize,
    {
        write(method, &returned)
    }
}

/// A trait that no type implements. Users read its name and notes in the compiler's error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be thrown into JavaScript",
    label = "the error of a capability's method",
    note = "implement `std::fmt::Display` for it, to throw an `Error` with that message",
    note = "or `From<{Self}> for isolet::Thrown`, to choose the error's name as well"
)]
pub trait Throwable {
    /// Returns the error that would be thrown.
    ///
    /// # Errors
    /// Always errors.
    fn never(self) -> Result<Value, Thrown>;
}

fn write<T: Serialize>(method: &'static str, value: &T) -> Result<Value, Thrown> {
    Value::from_serialize(value).map_err(|error| unwritable(method, &error))
}

#[cold]
fn unwritable(method: &str, error: &EncodeError) -> Thrown {
    Thrown::new(format!("{method}: the result cannot be written: {error}"))
}
