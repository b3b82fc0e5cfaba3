//! Tests of generated TypeScript types.
#![allow(dead_code, reason = "the types are only declared")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::returned::{Probe, Returns};
use super::{Interface, Schema, Shape};

macro_rules! schema {
    (of $kind:expr) => {
        (&&Shape::of(&$kind)).schema()
    };
    ($type:ty) => {
        (&&Shape::<$type>::new()).schema()
    };
}

/// Returns the interface's one method, and the types after the interface.
fn declare(fill: impl FnOnce(&mut Interface)) -> (String, String) {
    let mut interface = Interface::new("Subject", "");
    interface.method("m", "");
    fill(&mut interface);
    let text = interface.finish();
    let rest = text.strip_prefix("export interface Subject {\n  ").expect("the interface is first");
    let (method, types) = rest.split_once(";\n}\n").expect("it ends");
    (method.to_owned(), types.to_owned())
}

fn parameter<T: JsonSchema + DeserializeOwned>() -> (String, String) {
    let (method, types) = declare(|interface| {
        interface.parameter::<T>("x", schema!(T));
        interface.returns(schema!(()));
    });
    let text = method.strip_prefix("m(").and_then(|method| method.strip_suffix("): Promise<void>"));
    (text.expect("one parameter").to_owned(), types)
}

fn result<T: JsonSchema>() -> (String, String) {
    let (method, types) = declare(|interface| interface.returns(schema!(T)));
    let text = method.strip_prefix("m(): Promise<").and_then(|method| method.strip_suffix('>'));
    (text.expect("a result").to_owned(), types)
}

#[test]
fn primitive_types() {
    assert_eq!(result::<u64>().0, "number");
    assert_eq!(result::<f32>().0, "number");
    assert_eq!(result::<bool>().0, "boolean");
    assert_eq!(result::<char>().0, "string");
    assert_eq!(result::<()>().0, "void");
    assert_eq!(result::<serde_json::Value>().0, "unknown");
}

#[test]
fn containers() {
    assert_eq!(result::<Vec<String>>().0, "string[]");
    assert_eq!(result::<[u8; 4]>().0, "number[]");
    assert_eq!(result::<BTreeSet<u8>>().0, "number[]");
    assert_eq!(result::<(u8, String, ())>().0, "[number, string, null]");
    assert_eq!(result::<Option<u8>>().0, "number | null");
    assert_eq!(result::<Vec<Option<u8>>>().0, "(number | null)[]");
    assert_eq!(result::<BTreeMap<String, Option<u8>>>().0, "Record<string, number | null>");
    assert_eq!(result::<HashMap<u32, bool>>().0, "Record<string, boolean>");
    assert_eq!(result::<serde_json::Map<String, serde_json::Value>>().0, "Record<string, unknown>");
}

#[test]
fn only_trailing_parameters_can_be_left_out() {
    assert_eq!(parameter::<Option<u8>>().0, "x?: number");
    assert_eq!(parameter::<u8>().0, "x: number");
    assert_eq!(parameter::<()>().0, "x?: undefined");
    assert_eq!(parameter::<serde_json::Value>().0, "x?: unknown");
    let (method, _) = declare(|interface| {
        interface.parameter::<Option<u8>>("a", schema!(Option<u8>));
        interface.parameter::<u8>("class", schema!(u8));
        interface.parameter::<Option<u8>>("b", schema!(Option<u8>));
        interface.parameter::<Option<u8>>("c", schema!(Option<u8>));
        interface.returns(schema!(()));
    });
    let expected = "m(a: number | null, class_: number, b?: number, c?: number): Promise<void>";
    assert_eq!(method, expected);
}

/// All of them.
///
/// In two paragraphs. */ Still here.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Everything {
    /// Comes after `a`, because that is required.
    b: Option<u8>,
    a: bool,
    #[serde(rename = "with space")]
    quoted: String,
    #[serde(default = "ten")]
    ten: u32,
    #[serde(skip)]
    skipped: u8,
    next: Option<Box<Everything>>,
}

fn ten() -> u32 {
    10
}

#[test]
fn structs() {
    let (name, types) = parameter::<Everything>();
    assert_eq!(name, "x: Everything");
    let read = r#"/**
 * All of them.
 *
 * In two paragraphs. *\/ Still here.
 */
export interface Everything {
  a: boolean;
  "with space": string;
  /** Comes after `a`, because that is required. */
  b?: number | null;
  next?: Everything | null;
  /** @default 10 */
  ten?: number;
}
"#;
    assert_eq!(types, read);
    let written = r#"export interface Everything {
  /** Comes after `a`, because that is required. */
  b: number | null;
  a: boolean;
  "with space": string;
  /** @default 10 */
  ten: number;
  next: Everything | null;
}
"#;
    assert!(result::<Everything>().1.ends_with(written));
    // A type that is used in both directions lets a property be missing if either
    // direction does.
    let (_, types) = declare(|interface| {
        interface.parameter::<Everything>("x", schema!(Everything));
        interface.returns(schema!(Everything));
    });
    assert_eq!(types, read);
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Unit;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Newtype(u32);

#[derive(Serialize, Deserialize, JsonSchema)]
struct Nothing {}

#[test]
fn structs_without_names() {
    assert_eq!(result::<Newtype>().1, "export type Newtype = number;\n");
    assert_eq!(result::<Unit>().1, "export type Unit = null | undefined;\n");
    assert_eq!(result::<Nothing>().1, "export interface Nothing {}\n");
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
    Green,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum External {
    Nothing,
    One(u8),
    Two(u8, String),
    Named { x: u8, y: Option<String> },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Internal {
    /// It is gone.
    Gone,
    /// It moved.
    Moved {
        /// The destination.
        to: Color,
    },
    Other(Inner),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Inner {
    x: u8,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    A,
    B(Inner),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Text(String),
    Inner(Inner),
}

#[test]
fn enums() {
    assert_eq!(result::<Color>().1, "export type Color = \"red\" | \"green\";\n");
    assert_eq!(
        result::<External>().1,
        r#"export type External =
  | "Nothing"
  | { One: number }
  | { Two: [number, string] }
  | { Named: { x: number; y: string | null } };
"#
    );
    assert_eq!(
        result::<Internal>().1,
        r#"export type Internal =
  /** It is gone. */
  | { kind: "Gone" }
  /** It moved. */
  | {
    kind: "Moved";
    /** The destination. */
    to: Color;
  }
  | { kind: "Other" } & Inner;
export type Color = "red" | "green";
export interface Inner {
  x: number;
}
"#
    );
    let inner = "export interface Inner {\n  x: number;\n}\n";
    let adjacent = "export type Adjacent = { t: \"A\" } | { t: \"B\"; c: Inner };\n";
    assert_eq!(result::<Adjacent>().1, adjacent.to_owned() + inner);
    let untagged = "export type Untagged = number | string | Inner;\n";
    assert_eq!(result::<Untagged>().1, untagged.to_owned() + inner);
    assert_eq!(result::<HashMap<Color, u8>>().0, "{ green?: number; red?: number }");
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Flat {
    own: u8,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    either: Internal,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Open {
    own: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct OpenNumbers {
    own: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, f64>,
}

#[test]
fn what_is_flattened() {
    let (_, flat) = result::<Flat>();
    let start = "export type Flat = { own: number; x: number } & ({ kind: \"Gone\" } | {";
    assert!(flat.starts_with(start), "{flat}");
    let open = "export interface Open {\n  own: number;\n  [key: string]: unknown;\n}\n";
    assert_eq!(result::<Open>().1, open);
    let numbers = "export type OpenNumbers = { own: number } & Record<string, number>;\n";
    assert_eq!(result::<OpenNumbers>().1, numbers);
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Subject")]
struct Impostor {
    promise: Promise,
    pages: (Page<u8>, Page<Inner>),
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "a/b c~d")]
struct Odd {
    x: u8,
}

#[derive(Serialize, JsonSchema)]
struct Promise {
    odd: Odd,
}

#[test]
fn names_are_unique_and_valid() {
    let (name, types) = result::<Impostor>();
    assert_eq!(name, "Subject2");
    let declared: Vec<&str> = types.lines().filter(|line| line.starts_with("export ")).collect();
    assert_eq!(
        declared,
        [
            "export interface Subject2 {",
            "export interface Promise2 {",
            "export interface Page {",
            "export interface Page2 {",
            "export interface a_b_c_d {",
            "export interface Inner {",
        ]
    );
    assert!(types.contains("  pages: [Page, Page2];\n"), "{types}");
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct TwoFaced {
    #[serde(rename(serialize = "written", deserialize = "read"))]
    x: u8,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Around {
    inside: TwoFaced,
    same: Inner,
}

#[test]
fn a_type_that_is_written_otherwise_than_read_is_two() {
    let (method, types) = declare(|interface| {
        interface.parameter::<Around>("x", schema!(Around));
        interface.returns(schema!(Around));
    });
    assert_eq!(method, "m(x: Around): Promise<AroundOutput>");
    assert!(
        types.contains(
            "export interface AroundOutput {\n  inside: TwoFacedOutput;\n  same: Inner;\n}"
        ),
        "{types}"
    );
    assert!(types.contains("export interface TwoFaced {\n  read: number;\n}"), "{types}");
    assert!(types.contains("export interface TwoFacedOutput {\n  written: number;\n}"), "{types}");
    assert_eq!(types.matches("interface Inner").count(), 1);
}

#[derive(Serialize, JsonSchema)]
struct Verbatim {
    #[schemars(extend("x-typescript" = "Uint8Array"))]
    bytes: Vec<u8>,
    #[schemars(extend("x-typescript" = "Date | null"))]
    dates: Option<f64>,
}

#[test]
fn a_schema_can_say_it_in_typescript() {
    let expected = "export interface Verbatim {\n  bytes: Uint8Array;\n  dates: Date | null;\n}\n";
    assert_eq!(result::<Verbatim>().1, expected);
}

#[test]
fn errors_are_not_declared() {
    let (method, types) = declare(|interface| {
        let kind = (&&&Probe::<Result<u8, std::fmt::Error>>::new()).kind();
        interface.returns(schema!(of kind));
    });
    assert_eq!((method.as_str(), types.as_str()), ("m(): Promise<number>", ""));
}

#[derive(Serialize, Deserialize)]
struct Bare(u8);

#[test]
fn types_without_a_schema_are_unknown() {
    let (method, types) = declare(|interface| {
        interface.parameter::<Bare>("x", schema!(Bare));
        interface.parameter::<Option<Bare>>("y", schema!(Option<Bare>));
        let kind = (&&&Probe::<Result<Bare, std::fmt::Error>>::new()).kind();
        interface.returns(schema!(of kind));
    });
    assert_eq!(method, "m(x: unknown, y?: unknown): Promise<unknown>");
    assert_eq!(types, "");
}
