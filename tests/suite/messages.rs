//! The messages of errors. They are V8's, because programs match on them, and people who repair
//! programs read them.

use serde_json::json;

use crate::harness::Case;

/// Mistakes with the messages of Node 20. Positions in JSON are those of Node 22.
const MISTAKES: [(&str, &str); 231] = [
    ("const list={}; list.forEach(()=>1)", "TypeError: list.forEach is not a function"),
    (
        "const api={users:{}}; api.users.fetchAll()",
        "TypeError: api.users.fetchAll is not a function",
    ),
    ("let fn=5; fn()", "TypeError: fn is not a function"),
    ("const o={}; new o()", "TypeError: o is not a constructor"),
    ("const list={}; const [a]=list", "TypeError: list is not iterable"),
    ("const list={}; const [...a]=list", "TypeError: list is not iterable"),
    ("const list={}; for (const x of list);", "TypeError: list is not iterable"),
    ("const list=5; [...list]", "TypeError: list is not iterable"),
    ("const f={}; f.g(...[1])", "TypeError: f.g is not a function"),
    ("let u; u.x", "TypeError: Cannot read properties of undefined (reading 'x')"),
    ("let u; u.x.y", "TypeError: Cannot read properties of undefined (reading 'x')"),
    ("let n=null; n.x", "TypeError: Cannot read properties of null (reading 'x')"),
    ("let u; u[0]", "TypeError: Cannot read properties of undefined (reading '0')"),
    ("let u; u['a b']", "TypeError: Cannot read properties of undefined (reading 'a b')"),
    ("let u, k='key'; u[k]", "TypeError: Cannot read properties of undefined (reading 'key')"),
    ("let u; u.x=1", "TypeError: Cannot set properties of undefined (setting 'x')"),
    ("let n=null; n.x=1", "TypeError: Cannot set properties of null (setting 'x')"),
    ("let u; u[3]=1", "TypeError: Cannot set properties of undefined (setting '3')"),
    ("let u; u()", "TypeError: u is not a function"),
    ("let o={}; o.a.b", "TypeError: Cannot read properties of undefined (reading 'b')"),
    ("let o={}; o.a()", "TypeError: o.a is not a function"),
    ("let o={a:{}}; o.a.b()", "TypeError: o.a.b is not a function"),
    ("let o={a:[]}; o.a[0]()", "TypeError: o.a[0] is not a function"),
    ("let o={a:[{}]}; o.a[0].foo()", "TypeError: o.a[0].foo is not a function"),
    ("let o={}, k='key'; o[k]()", "TypeError: o[k] is not a function"),
    ("let o={}; o['a b']()", "TypeError: o.a b is not a function"),
    ("undefinedVariable", "ReferenceError: undefinedVariable is not defined"),
    ("undefinedVariable()", "ReferenceError: undefinedVariable is not defined"),
    ("undefinedVariable.x", "ReferenceError: undefinedVariable is not defined"),
    ("typeof z1; z1 + 1; let z1 = 2", "ReferenceError: Cannot access 'z1' before initialization"),
    (
        "let {a} = undefined",
        "TypeError: Cannot destructure property 'a' of 'undefined' as it is undefined.",
    ),
    ("let {a} = null", "TypeError: Cannot destructure property 'a' of 'null' as it is null."),
    (
        "(({a}) => a)()",
        "TypeError: Cannot destructure property 'a' of 'undefined' as it is undefined.",
    ),
    (
        "(({a}) => a)(null)",
        "TypeError: Cannot destructure property 'a' of 'object null' as it is null.",
    ),
    (
        "(([a]) => a)()",
        "TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "(([a]) => a)({})",
        "TypeError: object is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    ("let [a] = undefined", "TypeError: undefined is not iterable"),
    ("let [a] = null", "TypeError: null is not iterable"),
    (
        "let [[a]] = [1]",
        "TypeError: number 1 is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "let {[Symbol.iterator]:x} = undefined",
        "TypeError: Cannot destructure 'undefined' as it is undefined.",
    ),
    ("const c=1; c=2", "TypeError: Assignment to constant variable."),
    ("x1; let x1=1", "ReferenceError: Cannot access 'x1' before initialization"),
    ("class A{}; A()", "TypeError: Class constructor A cannot be invoked without 'new'"),
    (
        "class A{ constructor(){ this.x=1 } } class B extends A{ constructor(){ this.y=1 } } new B()",
        "ReferenceError: Must call super constructor in derived class before accessing 'this' or returning from derived constructor",
    ),
    (
        "class B extends undefined {}",
        "TypeError: Class extends value undefined is not a constructor or null",
    ),
    ("class B extends 5 {}", "TypeError: Class extends value 5 is not a constructor or null"),
    (
        "let N={}; class B extends N.M {}",
        "TypeError: Class extends value undefined is not a constructor or null",
    ),
    ("let o={m(){}}; new o.m()", "TypeError: o.m is not a constructor"),
    ("let o={}; new o.Foo()", "TypeError: o.Foo is not a constructor"),
    ("new 5", "TypeError: 5 is not a constructor"),
    (
        "JSON.parse('{bad')",
        "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
    ),
    ("JSON.parse('')", "SyntaxError: Unexpected end of JSON input"),
    ("JSON.parse(undefined)", "SyntaxError: \"undefined\" is not valid JSON"),
    (
        "JSON.parse('{\"a\":1,}')",
        "SyntaxError: Expected double-quoted property name in JSON at position 7 (line 1 column 8)",
    ),
    (
        "JSON.parse('[1,2')",
        "SyntaxError: Expected ',' or ']' after array element in JSON at position 4 (line 1 column 5)",
    ),
    (
        "JSON.parse('{\"a\" 1}')",
        "SyntaxError: Expected ':' after property name in JSON at position 5 (line 1 column 6)",
    ),
    ("JSON.parse('abc')", "SyntaxError: Unexpected token 'a', \"abc\" is not valid JSON"),
    ("JSON.parse('<html>')", "SyntaxError: Unexpected token '<', \"<html>\" is not valid JSON"),
    (
        "JSON.parse('\"abc')",
        "SyntaxError: Unterminated string in JSON at position 4 (line 1 column 5)",
    ),
    (
        "JSON.parse('\"a\\nb\"')",
        "SyntaxError: Bad control character in string literal in JSON at position 2 (line 1 column 3)",
    ),
    (
        "JSON.parse('\"\\\\x\"')",
        "SyntaxError: Bad escaped character in JSON at position 2 (line 1 column 3)",
    ),
    (
        "JSON.parse('1 2')",
        "SyntaxError: Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)",
    ),
    (
        "JSON.parse('{\"a\":1}}')",
        "SyntaxError: Unexpected non-whitespace character after JSON at position 7 (line 1 column 8)",
    ),
    (
        "JSON.parse(\"{'a':1}\")",
        "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
    ),
    ("JSON.parse('[1,]')", "SyntaxError: Unexpected token ']', \"[1,]\" is not valid JSON"),
    (
        "JSON.parse('-')",
        "SyntaxError: No number after minus sign in JSON at position 1 (line 1 column 2)",
    ),
    ("JSON.parse('01')", "SyntaxError: Unexpected number in JSON at position 1 (line 1 column 2)"),
    (
        "JSON.parse('1.')",
        "SyntaxError: Unterminated fractional number in JSON at position 2 (line 1 column 3)",
    ),
    ("JSON.parse({})", "SyntaxError: \"[object Object]\" is not valid JSON"),
    ("JSON.parse('[object Object]')", "SyntaxError: \"[object Object]\" is not valid JSON"),
    ("JSON.stringify(1n)", "TypeError: Do not know how to serialize a BigInt"),
    ("JSON.stringify({a:{b:1n}})", "TypeError: Do not know how to serialize a BigInt"),
    ("1n+1", "TypeError: Cannot mix BigInt and other types, use explicit conversions"),
    ("1n*2.5", "TypeError: Cannot mix BigInt and other types, use explicit conversions"),
    ("+1n", "TypeError: Cannot convert a BigInt value to a number"),
    ("Math.max(1n)", "TypeError: Cannot convert a BigInt value to a number"),
    (
        "BigInt(1.5)",
        "RangeError: The number 1.5 cannot be converted to a BigInt because it is not an integer",
    ),
    ("BigInt('x')", "SyntaxError: Cannot convert x to a BigInt"),
    ("BigInt(undefined)", "TypeError: Cannot convert undefined to a BigInt"),
    ("BigInt(Symbol())", "TypeError: Cannot convert Symbol() to a BigInt"),
    ("1n/0n", "RangeError: Division by zero"),
    ("Symbol()+''", "TypeError: Cannot convert a Symbol value to a string"),
    ("Symbol()+1", "TypeError: Cannot convert a Symbol value to a number"),
    ("`${Symbol(\"a\")}`", "TypeError: Cannot convert a Symbol value to a string"),
    ("Number(Symbol('x'))", "TypeError: Cannot convert a Symbol value to a number"),
    ("Object.defineProperty({},'a',1)", "TypeError: Property description must be an object: 1"),
    (
        "const o=Object.freeze({a:1}); o.a=2",
        "TypeError: Cannot assign to read only property 'a' of object '#<Object>'",
    ),
    (
        "const o=Object.freeze({a:1}); o.b=2",
        "TypeError: Cannot add property b, object is not extensible",
    ),
    (
        "const o=Object.freeze({a:1}); delete o.a",
        "TypeError: Cannot delete property 'a' of #<Object>",
    ),
    (
        "const o=Object.freeze([1]); o.push(2)",
        "TypeError: Cannot add property 1, object is not extensible",
    ),
    (
        "const o=Object.freeze([1]); o[0]=2",
        "TypeError: Cannot assign to read only property '0' of object '[object Array]'",
    ),
    (
        "const o=Object.freeze([1]); o.pop()",
        "TypeError: Cannot delete property '0' of [object Array]",
    ),
    (
        "const o=Object.freeze({a:1}); Object.defineProperty(o,'a',{value:2})",
        "TypeError: Cannot redefine property: a",
    ),
    (
        "const o=Object.preventExtensions({}); Object.defineProperty(o,'a',{value:2})",
        "TypeError: Cannot define property a, object is not extensible",
    ),
    (
        "const o=Object.preventExtensions({}); Object.setPrototypeOf(o,{})",
        "TypeError: #<Object> is not extensible",
    ),
    (
        "const o={get a(){return 1}}; o.a=2",
        "TypeError: Cannot set property a of #<Object> which has only a getter",
    ),
    ("'abc'.length=1", "TypeError: Cannot assign to read only property 'length' of string 'abc'"),
    ("'abc'.foo=1", "TypeError: Cannot create property 'foo' on string 'abc'"),
    ("let s='a'; s.foo()", "TypeError: s.foo is not a function"),
    ("let s='a'; s.x=1", "TypeError: Cannot create property 'x' on string 'a'"),
    ("let n=5; n.map(x=>x)", "TypeError: n.map is not a function"),
    ("'a'.repeat(-1)", "RangeError: Invalid count value: -1"),
    ("'a'.repeat(Infinity)", "RangeError: Invalid count value: Infinity"),
    ("'a'.padEnd(1e10,'x')", "RangeError: Invalid string length"),
    ("new Array(-1)", "RangeError: Invalid array length"),
    ("new Array(1.5)", "RangeError: Invalid array length"),
    ("(1.5).toFixed(101)", "RangeError: toFixed() digits argument must be between 0 and 100"),
    ("(1.5).toString(1)", "RangeError: toString() radix argument must be between 2 and 36"),
    ("(1.5).toPrecision(0)", "RangeError: toPrecision() argument must be between 1 and 100"),
    ("(1.5).toExponential(101)", "RangeError: toExponential() argument must be between 0 and 100"),
    ("[].reduce((a,b)=>a)", "TypeError: Reduce of empty array with no initial value"),
    ("[1].reduce(5)", "TypeError: 5 is not a function"),
    ("[1].map(5)", "TypeError: 5 is not a function"),
    ("[1].map()", "TypeError: undefined is not a function"),
    ("[1].forEach(undefined)", "TypeError: undefined is not a function"),
    ("[1].forEach({})", "TypeError: #<Object> is not a function"),
    ("[1].filter('x')", "TypeError: x is not a function"),
    ("[1].find(/x/)", "TypeError: [object RegExp] is not a function"),
    ("Array.from(1,2)", "TypeError: 2 is not a function"),
    (
        "Array.from(null)",
        "TypeError: object null is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "Array.from(undefined)",
        "TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "new Map(5)",
        "TypeError: number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "new Map({})",
        "TypeError: object is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "new Set(5)",
        "TypeError: number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "new Set({a:1})",
        "TypeError: object is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    ("new WeakMap([[1,2]])", "TypeError: Invalid value used as weak map key"),
    ("new WeakMap().set(1,2)", "TypeError: Invalid value used as weak map key"),
    ("new WeakSet().add('x')", "TypeError: Invalid value used in weak set"),
    ("Map()", "TypeError: Constructor Map requires 'new'"),
    ("new Promise()", "TypeError: Promise resolver undefined is not a function"),
    ("new Promise(5)", "TypeError: Promise resolver 5 is not a function"),
    (
        "Object.fromEntries(5)",
        "TypeError: number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    ("Object.entries(null)", "TypeError: Cannot convert undefined or null to object"),
    ("Object.keys(undefined)", "TypeError: Cannot convert undefined or null to object"),
    (
        "const a={}; const b=Object.create(a); Object.setPrototypeOf(a,b)",
        "TypeError: Cyclic __proto__ value",
    ),
    ("Object.create(1)", "TypeError: Object prototype may only be an Object or null: 1"),
    ("Object.create()", "TypeError: Object prototype may only be an Object or null: undefined"),
    ("Object.defineProperties({}, {a:1})", "TypeError: Property description must be an object: 1"),
    ("'x' in 'abc'", "TypeError: Cannot use 'in' operator to search for 'x' in abc"),
    ("'x' in 5", "TypeError: Cannot use 'in' operator to search for 'x' in 5"),
    ("'x' in undefined", "TypeError: Cannot use 'in' operator to search for 'x' in undefined"),
    ("({}) instanceof 5", "TypeError: Right-hand side of 'instanceof' is not an object"),
    ("({}) instanceof {}", "TypeError: Right-hand side of 'instanceof' is not callable"),
    ("({}) instanceof undefined", "TypeError: Right-hand side of 'instanceof' is not an object"),
    (
        "({}) instanceof (()=>1)",
        "TypeError: Function has non-object prototype 'undefined' in instanceof check",
    ),
    ("new RegExp('(')", "SyntaxError: Invalid regular expression: /(/: Unterminated group"),
    ("new RegExp('*')", "SyntaxError: Invalid regular expression: /*/: Nothing to repeat"),
    (
        "new RegExp('a{2,1}')",
        "SyntaxError: Invalid regular expression: /a{2,1}/: numbers out of order in {} quantifier",
    ),
    ("new RegExp(')')", "SyntaxError: Invalid regular expression: /)/: Unmatched ')'"),
    (
        "new RegExp('(?<a>x)(?<a>y)')",
        "SyntaxError: Invalid regular expression: /(?<a>x)(?<a>y)/: Duplicate capture group name",
    ),
    (
        "new RegExp('\\\\k<a>','u')",
        "SyntaxError: Invalid regular expression: /\\k<a>/u: Invalid named capture referenced",
    ),
    (
        "new RegExp('[b-a]')",
        "SyntaxError: Invalid regular expression: /[b-a]/: Range out of order in character class",
    ),
    (
        "new RegExp('(?<1>a)')",
        "SyntaxError: Invalid regular expression: /(?<1>a)/: Invalid capture group name",
    ),
    ("decodeURIComponent('%')", "URIError: URI malformed"),
    ("encodeURIComponent('\\ud800')", "URIError: URI malformed"),
    ("new Date(NaN).toISOString()", "RangeError: Invalid time value"),
    ("new Date(8.64e15+1).toISOString()", "RangeError: Invalid time value"),
    ("String.fromCodePoint(-1)", "RangeError: Invalid code point -1"),
    ("String.fromCodePoint(1.5)", "RangeError: Invalid code point 1.5"),
    ("new Intl1()", "ReferenceError: Intl1 is not defined"),
    ("null.foo()", "TypeError: Cannot read properties of null (reading 'foo')"),
    ("let o={f:null}; o.f.call()", "TypeError: Cannot read properties of null (reading 'call')"),
    ("let a=[]; a[0]()", "TypeError: a[0] is not a function"),
    ("function f(){ f() } f()", "RangeError: Maximum call stack size exceeded"),
    (
        "const o={toString(){return {}},valueOf(){return {}}}; o+''",
        "TypeError: Cannot convert object to primitive value",
    ),
    ("const o=Object.create(null); o+''", "TypeError: Cannot convert object to primitive value"),
    ("({})[Symbol.iterator]()", "TypeError: {}[Symbol.iterator] is not a function"),
    (
        "let it={[Symbol.iterator](){return 1}}; for(const x of it);",
        "TypeError: Result of the Symbol.iterator method is not an object",
    ),
    (
        "let it={[Symbol.iterator](){return {}}}; for(const x of it);",
        "TypeError: undefined is not a function",
    ),
    ("let it={[Symbol.iterator]:1}; for(const x of it);", "TypeError: it is not iterable"),
    (
        "function* g(){ it.next() } const it=g(); it.next()",
        "TypeError: Generator is already running",
    ),
    (
        "class A{constructor(o){return o}} class B extends A{#x=1} const o={}; new B(o); new B(o)",
        "TypeError: Cannot initialize #x twice on the same object",
    ),
    (
        "class A{ static prototype1 } ; A.prototype={}",
        "TypeError: Cannot assign to read only property 'prototype' of function 'class A{ static prototype1 }'",
    ),
    (
        "class A extends Object{ constructor(){ super(); super() } } new A()",
        "ReferenceError: Super constructor may only be called once",
    ),
    (
        "class A extends Object{ constructor(){ return 1 } } new A()",
        "TypeError: Derived constructors may only return object or undefined",
    ),
    ("const o={m(){ super.x() }}; o.m()", "TypeError: (intermediate value).x is not a function"),
    (
        "Reflect.construct(function(){},1)",
        "TypeError: CreateListFromArrayLike called on non-object",
    ),
    (
        "Function.prototype.apply.call(function(){},1,1)",
        "TypeError: CreateListFromArrayLike called on non-object",
    ),
    ("Proxy({}, {})", "TypeError: Constructor Proxy requires 'new'"),
    ("Uint8Array(1)", "TypeError: Constructor Uint8Array requires 'new'"),
    (
        "Map.prototype.get.call({},1)",
        "TypeError: Method Map.prototype.get called on incompatible receiver #<Object>",
    ),
    (
        "Set.prototype.add.call([],1)",
        "TypeError: Method Set.prototype.add called on incompatible receiver [object Array]",
    ),
    (
        "String.prototype.trim.call(null)",
        "TypeError: String.prototype.trim called on null or undefined",
    ),
    (
        "Promise.prototype.then.call(1)",
        "TypeError: Method Promise.prototype.then called on incompatible receiver 1",
    ),
    (
        "ArrayBuffer.prototype.slice.call({})",
        "TypeError: Method ArrayBuffer.prototype.slice called on incompatible receiver #<Object>",
    ),
    ("structuredClone1(1)", "ReferenceError: structuredClone1 is not defined"),
    (
        "await Promise.all(5)",
        "TypeError: number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    ("await Promise.any([])", "AggregateError: All promises were rejected"),
    (
        "await Promise.any([Promise.reject(new Error('x'))])",
        "AggregateError: All promises were rejected",
    ),
    ("for await (const x of 5);", "TypeError: 5 is not async iterable"),
    ("for await (const x of {});", "TypeError: {} is not async iterable"),
    ("const {} = null", "TypeError: Cannot destructure 'null' as it is null."),
    ("const [] = null", "TypeError: null is not iterable"),
    ("(function({}){})()", "TypeError: Cannot destructure 'undefined' as it is undefined."),
    ("let x = 5; x.y()", "TypeError: x.y is not a function"),
    ("let fn = {}; fn()()", "TypeError: fn is not a function"),
    ("arguments1.length", "ReferenceError: arguments1 is not defined"),
    ("({}).foo()", "TypeError: {}.foo is not a function"),
    ("({})()", "TypeError: {} is not a function"),
    ("''()", "TypeError: \"\" is not a function"),
    ("'abc'()", "TypeError: \"abc\" is not a function"),
    ("import1('x')", "ReferenceError: import1 is not defined"),
    ("document.getElementById('x')", "ReferenceError: document is not defined"),
    ("window.foo", "ReferenceError: window is not defined"),
    ("require('fs')", "ReferenceError: require is not defined"),
    (
        "const data={items:null}; data.items.map(x=>x)",
        "TypeError: Cannot read properties of null (reading 'map')",
    ),
    (
        "const data={items:null}; data.items.length",
        "TypeError: Cannot read properties of null (reading 'length')",
    ),
    (
        "const [x,[y]] = [1]",
        "TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    ("let o={a:1}; o.a?.b()", "TypeError: o.a?.b is not a function"),
    ("let u; for (const x of u);", "TypeError: u is not iterable"),
    ("let o={}; for (const x of o.items);", "TypeError: o.items is not iterable"),
    (
        "let o={}; new Map(o)",
        "TypeError: object is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "let o={}; [a,b]=o",
        "TypeError: object is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "let a; [a]=5",
        "TypeError: number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    ("for (const x of {a:1});", "TypeError: {(intermediate value)} is not iterable"),
    ("for (const [k,v] of {a:1});", "TypeError: {(intermediate value)} is not iterable"),
    ("let o={}; new o.F(...[1])", "TypeError: o.F is not a constructor"),
    ("let F=5; new F(...[1])", "TypeError: F is not a constructor"),
    ("let s=null; s.split(',')", "TypeError: Cannot read properties of null (reading 'split')"),
    (
        "let a=[[1]]; a.map(([x,[y]])=>y)",
        "TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    (
        "let f=async()=>({}); (await f()).json()",
        "TypeError: (intermediate value).json is not a function",
    ),
    (
        "function f([a,b]){} f()",
        "TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
    ),
    ("let a={}; 'x' in a.b", "TypeError: Cannot use 'in' operator to search for 'x' in undefined"),
    ("null.x=1", "TypeError: Cannot set properties of null (setting 'x')"),
    ("let Foo={}; new Foo.Bar()", "TypeError: Foo.Bar is not a constructor"),
    ("let foo='x'; new foo()", "TypeError: foo is not a constructor"),
    ("let foo=()=>1; new foo()", "TypeError: foo is not a constructor"),
    ("let foo=async function(){}; new foo()", "TypeError: foo is not a constructor"),
    ("new ({})()", "TypeError: {} is not a constructor"),
    ("new (class{}.x)()", "TypeError: (intermediate value).x is not a constructor"),
    (
        "new (function(){}.bind().x)()",
        "TypeError: (intermediate value).bind(...).x is not a constructor",
    ),
];

#[tokio::test]
async fn mistakes_are_told_as_v8_tells_them() {
    let functions: Vec<_> =
        MISTAKES.iter().map(|(code, _)| format!("async () => {{ {code}\n}}")).collect();
    let source = format!(
        "const mistakes = [{}];
         export default {{
            async run() {{
                const told = [];
                for (const mistake of mistakes) {{
                    try {{
                        await mistake();
                        told.push('nothing');
                    }} catch (error) {{
                        told.push(`${{error.name}}: ${{error.message}}`);
                    }}
                }}
                return told;
            }},
         }};",
        functions.join(",\n")
    );
    let told = Case::js(source).run().await.json();
    for (index, (code, expected)) in MISTAKES.iter().enumerate() {
        assert_eq!(told[index], *expected, "{code}");
    }
}

#[tokio::test]
async fn what_is_called_is_named_wherever_it_stands() {
    // Arguments of any kind stand between the callee and the call.
    let arguments = [
        "",
        "1, 'a', null",
        "cond ? 1 : 2",
        "a || b, a && b, a ?? b",
        "...list, 2",
        "{ x: [1, 2], y() {}, ...a }",
        "function () { return { x: 1 } }, () => 1, class { x = 1 }",
        "`t${cond}`, /x/g",
        "list.map((x) => x)[0]?.y?.z",
        "await null, typeof a, void 0, -cond, !a",
        "(cond, a), (b = 3), cond++",
    ];
    let calls: Vec<_> = arguments
        .iter()
        .flat_map(|arguments| {
            ["api.users.fetchAll(@)", "api[0].go(@)", "local(@)", "outer(@)", "new api.Thing(@)"]
                .map(|call| format!("async () => {{ {} }}", call.replace('@', arguments)))
        })
        .collect();
    let source = format!(
        "const outer = 1;
         export default {{ async run() {{
            let api = {{ users: {{}}, 0: {{}} }}, local = {{}}, cond = 1, a, b, list = [];
            const told = [];
            for (const call of [{}]) try {{ await call(); }} catch (error) {{ told.push(error.message); }}
            return told;
         }} }};",
        calls.join(",\n")
    );
    let expected: Vec<_> = arguments
        .iter()
        .flat_map(|_| {
            [
                "api.users.fetchAll is not a function",
                "api[0].go is not a function",
                "local is not a function",
                "outer is not a function",
                "api.Thing is not a constructor",
            ]
        })
        .collect();
    let _ = Case::js(source).run().await.expect_ok(json!(expected));
}

#[tokio::test]
async fn what_may_have_been_another_is_not_named() {
    let _ = Case::body(
        "let a, b = 5, c = { b: 6 };
         const told = [];
         for (const f of [() => (a || b)(), () => (b ? c : a)(), () => (a ?? c.b)(), () => (b && a)()])
            try { f() } catch (error) { told.push(error.message) }
         return told",
    )
    .run()
    .await
    .expect_ok(json!([
        "5 is not a function",
        "#<Object> is not a function",
        "6 is not a function",
        "undefined is not a function"
    ]));
}

#[tokio::test]
async fn typescript_is_named_as_its_author_wrote_it() {
    let _ = Case::ts(
        "enum Colour { Red }
         interface Api { users: any }
         export default { run(): string[] {
            const api = { users: {} } as Api, told: string[] = [];
            for (const f of [() => api.users!.all<string>(Colour.Red), () => (api as any).none.x, () => (undefined as any).y])
                try { f() } catch (error) { told.push((error as Error).message) }
            return told;
         } };",
    )
    .run()
    .await
    .expect_ok(json!([
        "api.users.all is not a function",
        "Cannot read properties of undefined (reading 'x')",
        "Cannot read properties of undefined (reading 'y')"
    ]));
}

#[tokio::test]
async fn messages_are_short_and_run_nothing() {
    let run = Case::body(
        "const long = 'ä'.repeat(100_000), told = [], ran = [];
         const watch = (name) => ({ get() { ran.push(name) }, toString() { ran.push(name) } });
         const odd = new Proxy({}, new Proxy({}, { get: (_, trap) => { ran.push(trap) } }));
         class Odd { static get name() { ran.push('name') } }
         let path = {};
         const deep = new Function('x', `x${'.a'.repeat(500)}()`);
         let nested = {}; { let end = nested; for (let i = 0; i < 499; i++) end = end.a = {} }
         for (const f of [
            () => ({})[long](), () => { (void 0)[long] }, () => { null[long] = 1 }, () => [1].map(long),
            () => { for (const x of Object(Symbol(long))); }, () => BigInt(long), () => JSON.parse(`[${long}`),
            () => new RegExp(`(${long}`), () => [1].map(odd), () => [1].map(new Odd()), () => new odd(),
            () => { Object.freeze(odd).x = 1 }, () => 'x' in long, () => deep(nested),
            () => [1].map(eval(`(class { static x = ${JSON.stringify(long)} })`)),
         ]) try { f() } catch (error) { told.push(error.message.length) }
         return [ran.filter(name => name !== 'preventExtensions' && name !== 'ownKeys' && name !== 'set' && name !== 'getOwnPropertyDescriptor' && name !== 'defineProperty'),
            told.length, Math.max(...told) < 500]",
    )
    .run()
    .await
    .json();
    assert_eq!(run[0], json!([]), "{run}");
    assert!(run[1].as_u64() >= Some(14), "{run}");
    assert_eq!(run[2], true, "{run}");
}

#[tokio::test]
async fn a_message_costs_no_more_where_the_function_is_long() {
    // The callee is only looked for in a limited amount of code.
    let run = Case::js(format!(
        "export default {{ run() {{
            let x = 0; const none = {{}};
            {}
            try {{ none.here({}) }} catch (error) {{ return error.message }}
         }} }};",
        "x += 1;\n".repeat(20_000),
        vec!["x + 1"; 2_000].join(", "),
    ))
    .run()
    .await;
    let _ = run.expect_ok(json!("undefined is not a function"));
}
