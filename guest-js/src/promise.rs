//! Promises, and the promise that a call returns.
//!
//! `patches/promised-call.patch` gives the engine promises that know the call whose answer they
//! are, that can be called, and that tell whether anybody holds them. The native build has the
//! crate's unpatched engine. Its promises are plain ones that always count as awaited, and
//! nothing can be pipelined on them.

use rquickjs::{Ctx, Error, Function, Object, Persistent, Promise, Result, Value, qjs};

/// Returns the promise that a value is. The promise of a call can be called, so the crate takes
/// it for a function.
pub fn of<'v, 'js>(value: &'v Value<'js>) -> Option<&'v Promise<'js>> {
    // SAFETY: the value is a promise.
    value.is_promise().then(|| unsafe { value.ref_promise() })
}

/// Reacts to a promise as `await` does: the worker sees no lookup of `then`, `constructor` or
/// `Symbol.species`.
pub fn then<'js>(
    promise: &Promise<'js>,
    resolved: &Function<'js>,
    rejected: &Function<'js>,
) -> Result<()> {
    let ctx = promise.ctx();
    // SAFETY: all are live values of this context, which the engine only borrows. The value
    // that it returns is owned.
    unsafe {
        let derived = qjs::JS_PromiseThen(
            ctx.as_raw().as_ptr(),
            promise.as_raw(),
            resolved.as_raw(),
            rejected.as_raw(),
        );
        if qjs::JS_IsException(derived) {
            return Err(Error::Exception);
        }
        drop(Value::from_raw(ctx.clone(), derived));
    }
    Ok(())
}

/// A promise that the table of pending calls holds.
#[derive(Clone)]
pub struct CallPromise {
    promise: Persistent<Value<'static>>,
    #[cfg(not(target_arch = "wasm32"))]
    functions: patched::Functions,
}

#[cfg(target_arch = "wasm32")]
mod patched {
    use super::{CallPromise, Ctx, Object, Persistent, Result, Value};
    use rquickjs::{Function, qjs};

    unsafe extern "C" {
        fn JS_NewCallPromise(
            ctx: *mut qjs::JSContext,
            proto: qjs::JSValueConst,
            call: u32,
        ) -> qjs::JSValue;
        fn JS_GetPromiseCall(promise: qjs::JSValueConst) -> u32;
        fn JS_SettleCallPromise(
            ctx: *mut qjs::JSContext,
            promise: qjs::JSValueConst,
            value: qjs::JSValueConst,
            is_reject: bool,
        );
        fn JS_AbandonCallPromise(
            ctx: *mut qjs::JSContext,
            promise: qjs::JSValueConst,
            reason: qjs::JSValueConst,
            context: i32,
        );
        fn JS_IsCallPromiseUsed(promise: qjs::JSValueConst, held: i32) -> bool;
        fn JS_SetCallPromiseCall(ctx: *mut qjs::JSContext, function: qjs::JSValue);
        fn JS_GetAwaitingFrames(
            ctx: *mut qjs::JSContext,
            promise: qjs::JSValueConst,
        ) -> qjs::JSValue;
    }

    impl CallPromise {
        pub fn new<'js>(
            ctx: &Ctx<'js>,
            prototype: &Object<'js>,
            call: u32,
        ) -> Result<(Self, Value<'js>)> {
            // SAFETY: context and prototype are live. The result is checked before it is used,
            // and the value made of it owns it.
            let value = unsafe {
                let raw = JS_NewCallPromise(ctx.as_raw().as_ptr(), prototype.as_raw(), call);
                if qjs::JS_IsException(raw) {
                    return Err(rquickjs::Error::Exception);
                }
                Value::from_raw(ctx.clone(), raw)
            };
            Ok((Self { promise: Persistent::save(ctx, value.clone()) }, value))
        }

        pub fn settle<'js>(self, ctx: &Ctx<'js>, value: &Value<'js>, thrown: bool) -> Result<()> {
            let promise = self.promise.restore(ctx)?;
            // SAFETY: all three are live, and the engine takes references of its own.
            unsafe {
                JS_SettleCallPromise(
                    ctx.as_raw().as_ptr(),
                    promise.as_raw(),
                    value.as_raw(),
                    thrown,
                );
            }
            Ok(())
        }

        /// Rejects the promise for all code except that of the invocation that is over.
        pub fn abandon<'js>(self, ctx: &Ctx<'js>, reason: &Value<'js>, over: u32) -> Result<()> {
            let promise = self.promise.restore(ctx)?;
            // SAFETY: all are live, and the engine takes references of its own.
            unsafe {
                JS_AbandonCallPromise(
                    ctx.as_raw().as_ptr(),
                    promise.as_raw(),
                    reason.as_raw(),
                    over.cast_signed(),
                );
            }
            Ok(())
        }

        /// Returns true if JavaScript holds the promise or waits for it.
        pub fn is_used(&self, ctx: &Ctx<'_>) -> bool {
            // The references of `self` and of the value that is restored here.
            const HELD: i32 = 2;
            let Ok(promise) = self.promise.clone().restore(ctx) else { return true };
            // SAFETY: reads a live value of any type.
            unsafe { JS_IsCallPromiseUsed(promise.as_raw(), HELD) }
        }
    }

    impl CallPromise {
        /// Returns the stack frames of those who await the promise, as in a backtrace, or
        /// undefined if there are none.
        pub fn awaiting<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
            let promise = self.promise.clone().restore(ctx)?;
            // SAFETY: context and promise are live. The result is checked before it is used,
            // and the value made of it owns it.
            unsafe {
                let raw = JS_GetAwaitingFrames(ctx.as_raw().as_ptr(), promise.as_raw());
                if qjs::JS_IsException(raw) {
                    return Err(rquickjs::Error::Exception);
                }
                Ok(Value::from_raw(ctx.clone(), raw))
            }
        }
    }

    /// Sets the function that runs when the promise of a call is called. Its `this` is the
    /// promise.
    pub fn set_call<'js>(ctx: &Ctx<'js>, function: &Function<'js>) {
        // SAFETY: both are live; the engine gets a reference of its own.
        unsafe {
            let ctx = ctx.as_raw().as_ptr();
            JS_SetCallPromiseCall(ctx, qjs::JS_DupValue(ctx, function.as_raw()));
        }
    }

    /// Returns the call whose answer a promise is, or `None` for any other value.
    pub fn call_of(value: &Value<'_>) -> Option<u32> {
        // SAFETY: reads a live value of any type.
        let call = unsafe { JS_GetPromiseCall(value.as_raw()) };
        (call != 0).then_some(call)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod patched {
    use super::{CallPromise, Ctx, Object, Persistent, Result, Value};
    use rquickjs::{Function, Promise};

    pub(super) type Functions = (Persistent<Function<'static>>, Persistent<Function<'static>>);

    impl CallPromise {
        pub fn new<'js>(ctx: &Ctx<'js>, _: &Object<'js>, _: u32) -> Result<(Self, Value<'js>)> {
            let (promise, resolve, reject) = Promise::new(ctx)?;
            let value = promise.into_value();
            let functions = (Persistent::save(ctx, resolve), Persistent::save(ctx, reject));
            Ok((Self { promise: Persistent::save(ctx, value.clone()), functions }, value))
        }

        pub fn settle<'js>(self, ctx: &Ctx<'js>, value: &Value<'js>, thrown: bool) -> Result<()> {
            drop(self.promise);
            let (resolve, reject) = self.functions;
            let function = if thrown { reject } else { resolve };
            function.restore(ctx)?.call((value.clone(),))
        }

        pub fn abandon<'js>(self, _: &Ctx<'js>, _: &Value<'js>, _: u32) -> Result<()> {
            Ok(())
        }

        pub fn is_used(&self, _: &Ctx<'_>) -> bool {
            true
        }

        pub fn awaiting<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
            Ok(Value::new_undefined(ctx.clone()))
        }
    }

    pub fn set_call<'js>(_: &Ctx<'js>, _: &Function<'js>) {}

    pub fn call_of(_: &Value<'_>) -> Option<u32> {
        None
    }
}

pub use patched::{call_of, set_call};
