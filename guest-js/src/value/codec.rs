//! The parts of JavaScript that the codec uses, captured before a worker can tamper with them.

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::function::{Constructor, This};
use rquickjs::{Ctx, Error, Function, JsLifetime, Object, Result, Value};

use super::raw;

/// A class of objects that have an encoding of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Plain if its prototype is `Object.prototype`.
    Object,
    Array,
    Error,
    DomException,
    Number,
    String,
    Boolean,
    BigInt,
    Date,
    RegExp,
    ArrayBuffer,
    DataView,
    Map,
    Set,
    /// Any other class, such as a typed array.
    Other,
}

/// A script that returns one object of each class, in the order of `CLASSES`, and the captured
/// functions.
const PRELUDE: &str = "(() => {
    const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
    const get = (prototype, name) => getOwnPropertyDescriptor(prototype, name)?.get;
    const view = getPrototypeOf(Uint8Array.prototype);
    const flag = (name) => get(RegExp.prototype, name);
    const buffer = new ArrayBuffer(1);
    return {
        samples: [
            {}, function () { return arguments }(), (function () { 'use strict'; return arguments })(),
            [], new Error(), globalThis.DOMException && new DOMException(''),
            Object(1), Object(''), Object(true), Object(1n), new Date(0), /x/,
            buffer, new DataView(buffer), new Map(), new Set(),
        ],
        functions: [
            Map.prototype.forEach, Map.prototype.set, Set.prototype.forEach, Set.prototype.add,
            Date.prototype.getTime, get(RegExp.prototype, 'source'),
            Number.prototype.valueOf, String.prototype.valueOf, Boolean.prototype.valueOf,
            BigInt.prototype.valueOf, BigInt.prototype.toString,
            get(view, 'buffer'), get(view, 'byteOffset'), get(view, 'length'),
            get(DataView.prototype, 'buffer'), get(DataView.prototype, 'byteOffset'),
            get(DataView.prototype, 'byteLength'), Object, BigInt, (value) => -value,
            get(Error.prototype, 'stack') ?? (() => undefined),
        ],
        flags: [
            flag('hasIndices'), flag('global'), flag('ignoreCase'), flag('multiline'),
            flag('dotAll'), flag('unicode'), flag('unicodeSets'), flag('sticky'),
        ],
        constructors: [RegExp, DataView, Map, Set, globalThis.DOMException ?? Error],
        errors: [
            Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
            AggregateError,
        ].map((error) => error.prototype),
    };
})()";

const CLASSES: [Class; 16] = [
    Class::Object,
    Class::Object,
    Class::Object,
    Class::Array,
    Class::Error,
    Class::DomException,
    Class::Number,
    Class::String,
    Class::Boolean,
    Class::BigInt,
    Class::Date,
    Class::RegExp,
    Class::ArrayBuffer,
    Class::DataView,
    Class::Map,
    Class::Set,
];

/// The flags of regular expressions, in the order of the prelude.
const FLAGS: &str = "dgimsuvy";

/// The error classes of the language, in the order of the prelude.
const ERRORS: [&str; 8] = [
    "Error",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
    "AggregateError",
];

/// The captured functions, in the order of the prelude.
#[derive(Debug, Clone, Copy)]
pub(super) enum Intrinsic {
    MapForEach,
    MapSet,
    SetForEach,
    SetAdd,
    DateGetTime,
    RegExpSource,
    NumberValueOf,
    StringValueOf,
    BooleanValueOf,
    BigIntValueOf,
    BigIntToString,
    ViewBuffer,
    ViewByteOffset,
    ViewLength,
    DataViewBuffer,
    DataViewByteOffset,
    DataViewByteLength,
    Object,
    BigInt,
    Negate,
    ErrorStack,
}

/// The captured constructors, in the order of the prelude.
#[derive(Debug, Clone, Copy)]
pub(super) enum New {
    RegExp,
    DataView,
    Map,
    Set,
    DomException,
}

#[derive(Clone, JsLifetime)]
pub(super) struct Codec<'js> {
    classes: Vec<Class>,
    pub(super) error_class: u32,
    object_prototype: Object<'js>,
    functions: Vec<Function<'js>>,
    flags: Vec<Function<'js>>,
    constructors: Vec<Constructor<'js>>,
    errors: Vec<Object<'js>>,
    /// The addresses of the prototypes of the platform's classes, sorted. The prototypes are
    /// never freed.
    platform: RefCell<Vec<usize>>,
    /// The addresses of the prototypes whose instances cross as such, sorted.
    interfaces: RefCell<Vec<usize>>,
}

/// The codec as the context owns it, until the runtime ends.
#[derive(JsLifetime)]
struct Handle<'js>(Rc<Codec<'js>>);

impl<'js> Codec<'js> {
    /// Returns the codec of the context. Captures it now if that has not happened yet.
    pub(super) fn of(ctx: &Ctx<'js>) -> Result<&'js Self> {
        if let Some(codec) = raw::attached_codec(ctx) {
            return Ok(codec);
        }
        if let Some(handle) = ctx.userdata::<Handle<'js>>() {
            return Ok(raw::attach_codec(ctx, &handle.0));
        }
        let codec = Rc::new(Self::capture(ctx)?);
        ctx.store_userdata(Handle(Rc::clone(&codec))).map_err(|_| Error::Unknown)?;
        Ok(raw::attach_codec(ctx, &codec))
    }

    /// Moves the codec to where the heap ends now, among what every call uses.
    pub(super) fn move_to_end(ctx: &Ctx<'js>) -> Result<()> {
        let codec = Rc::new(Self::of(ctx)?.clone());
        raw::attach_codec(ctx, &codec);
        let old = ctx.store_userdata(Handle(codec)).map_err(|_| Error::Unknown)?;
        // Freed blocks leave gaps.
        std::mem::forget(old);
        Ok(())
    }

    fn capture(ctx: &Ctx<'js>) -> Result<Self> {
        let mut options = EvalOptions::default();
        // A strict script cannot see the `arguments` of a sloppy function.
        options.strict = false;
        let prelude: Object<'js> = ctx.eval_with_options(PRELUDE, options)?;
        let samples: Vec<Value<'js>> = prelude.get("samples")?;
        let mut classes = Vec::new();
        let mut error_class = 0;
        for (sample, kind) in samples.iter().zip(CLASSES) {
            let class = raw::class(sample);
            if kind == Class::Error {
                error_class = class;
            }
            let index = class as usize;
            if sample.is_object() {
                classes.resize(classes.len().max(index + 1), Class::Other);
                if let Some(slot) = classes.get_mut(index) {
                    *slot = kind;
                }
            }
        }
        let sample = samples.first().ok_or(Error::Unknown)?;
        let object_prototype = raw::prototype(ctx, sample)?.into_object().ok_or(Error::Unknown)?;
        Ok(Self {
            classes,
            error_class,
            object_prototype,
            functions: prelude.get("functions")?,
            flags: prelude.get("flags")?,
            constructors: prelude.get("constructors")?,
            errors: prelude.get("errors")?,
            platform: RefCell::default(),
            interfaces: RefCell::default(),
        })
    }

    pub(super) fn class(&self, value: &Value<'js>) -> Class {
        self.classes.get(raw::class(value) as usize).copied().unwrap_or(Class::Other)
    }

    /// Returns true if the object's prototype is `Object.prototype`.
    pub(super) fn is_plain(&self, ctx: &Ctx<'js>, value: &Value<'js>) -> Result<bool> {
        Ok(raw::address(&raw::prototype(ctx, value)?) == raw::address(&self.object_prototype))
    }

    pub(super) fn set_platform(&self, prototypes: &[Value<'js>], interfaces: &[Value<'js>]) {
        for (known, prototypes) in [(&self.platform, prototypes), (&self.interfaces, interfaces)] {
            let mut addresses: Vec<usize> = prototypes.iter().map(raw::address).collect();
            addresses.sort_unstable();
            *known.borrow_mut() = addresses;
        }
    }

    /// Returns true if this is the prototype of a class whose instances cross as such.
    pub(super) fn is_interface(&self, prototype: &Value<'js>) -> bool {
        self.interfaces.borrow().binary_search(&raw::address(prototype)).is_ok()
    }

    /// Returns true if an object that is not a proxy inherits from one of the platform's
    /// classes. Proxies in its prototype chain are not asked.
    pub(super) fn is_platform(&self, ctx: &Ctx<'js>, value: &Value<'js>) -> Result<bool> {
        let platform = self.platform.borrow();
        let mut holder = value.clone();
        while holder.is_object() && !holder.is_proxy() {
            if platform.binary_search(&raw::address(&holder)).is_ok() {
                return Ok(raw::address(&holder) != raw::address(value));
            }
            holder = raw::prototype(ctx, &holder)?;
        }
        Ok(false)
    }

    pub(super) fn object_prototype(&self) -> &Object<'js> {
        &self.object_prototype
    }

    pub(super) fn function(&self, intrinsic: Intrinsic) -> Result<&Function<'js>> {
        self.functions.get(intrinsic as usize).ok_or(Error::Unknown)
    }

    pub(super) fn constructor(&self, class: New) -> Result<&Constructor<'js>> {
        self.constructors.get(class as usize).ok_or(Error::Unknown)
    }

    /// Calls a captured method or getter.
    pub(super) fn ask<R: rquickjs::FromJs<'js>>(
        &self,
        intrinsic: Intrinsic,
        this: &Value<'js>,
    ) -> Result<R> {
        self.function(intrinsic)?.call((This(this.clone()),))
    }

    pub(super) fn flags(&self, reg_exp: &Value<'js>) -> Result<String> {
        let mut flags = String::new();
        for (flag, getter) in FLAGS.chars().zip(&self.flags) {
            if getter.call::<_, bool>((This(reg_exp.clone()),))? {
                flags.push(flag);
            }
        }
        Ok(flags)
    }

    /// Returns true if the standard's clone of an error keeps that name.
    pub(super) fn is_cloned_error(name: &str) -> bool {
        ERRORS.contains(&name) && name != "AggregateError"
    }

    /// Returns the prototype of the language's errors of that name and true, or else that of
    /// all errors and false.
    pub(super) fn error_prototype(&self, name: &str) -> Result<(&Object<'js>, bool)> {
        let known = ERRORS.iter().position(|known| *known == name);
        let prototype = self.errors.get(known.unwrap_or(0)).ok_or(Error::Unknown)?;
        Ok((prototype, known.is_some()))
    }
}
