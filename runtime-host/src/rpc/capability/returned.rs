//! What a method returns, told apart by its type.
//!
//! The macro sees `io::Result<T>` or an alias of the user's only as tokens; the
//! compiler knows what they are. So the expansion asks
//! `(&&&&Probe::<R>::new()).kind()`, and method lookup, which tries the
//! receiver with the most references first, finds the first that holds:
//!
//! 1. `Result<T, E>` with `E: Into<Thrown>`: the error chooses its name,
//! 2. `Result<T, E>` with `E: Display`: an `Error` with that message,
//! 3. any other `Result<T, E>`: a compile error that says what to do,
//! 4. anything else: a value.
//!
//! Where the type is generic, its bounds decide.
#![allow(clippy::unused_self, reason = "a kind is all type and no data")]

use std::fmt::Display;
use std::marker::PhantomData;

use isolet_wire::{EncodeError, Value};
use serde::Serialize;

use crate::error::thrown::Thrown;

/// A return type to ask about.
pub struct Probe<R>(PhantomData<fn() -> R>);

impl<R> Probe<R> {
    /// Free: there is nothing in it.
    #[allow(clippy::new_without_default, reason = "only the macro's expansion makes one")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// Which of the four a return type is.
pub trait Returns {
    /// One of `Converted`, `Displayed`, `Unthrowable` and `Plain`.
    type Kind;
    /// Free.
    fn kind(&self) -> Self::Kind;
}

/// A kind, and the type of the value that JavaScript sees.
pub trait Kind {
    /// What is not the error.
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
    /// `Result<T, E>` whose error becomes a [`Thrown`].
    Converted: [T, E: Into<Thrown>] &&&Probe<Result<T, E>>;
    /// `Result<T, E>` whose error can be shown.
    Displayed: [T, E: Display] &&Probe<Result<T, E>>;
    /// `Result<T, E>` whose error is neither.
    Unthrowable: [T, E] &Probe<Result<T, E>>;
    /// A value.
    Plain: [T] Probe<T>;
}

// The bounds are the methods', because their absence is then reported as a
// missing trait and not as a missing method.
impl<T> Converted<T> {
    /// The value or the error as JavaScript will see it.
    ///
    /// # Errors
    /// What the method returned, or the value refuses to be written.
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
    /// As [`Converted::answer`].
    ///
    /// # Errors
    /// As there.
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
    /// Only there to be refused by the compiler.
    ///
    /// # Errors
    /// It cannot be called.
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
    /// The value as JavaScript will see it.
    ///
    /// # Errors
    /// It refuses to be written.
    pub fn answer(self, method: &'static str, returned: T) -> Result<Value, Thrown>
    where
        T: Serialize,
    {
        write(method, &returned)
    }
}

/// What no type is; its name and notes are what users read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be thrown into JavaScript",
    label = "the error of a capability's method",
    note = "implement `std::fmt::Display` for it, to throw an `Error` with that message",
    note = "or `From<{Self}> for isolet::Thrown`, to choose the error's name as well"
)]
pub trait Throwable {
    /// What would be thrown.
    ///
    /// # Errors
    /// Always.
    fn never(self) -> Result<Value, Thrown>;
}

fn write<T: Serialize>(method: &'static str, value: &T) -> Result<Value, Thrown> {
    Value::from_serialize(value).map_err(|error| unwritable(method, &error))
}

#[cold]
fn unwritable(method: &str, error: &EncodeError) -> Thrown {
    Thrown::new(format!("{method}: the result cannot be written: {error}"))
}
