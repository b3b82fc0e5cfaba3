//! What values look like.

use super::Realm;

/// Each value and its form, which is Node's.
const FORMS: &[(&str, &str)] = &[
    (r#"({a:1,b:'x',c:{d:{e:{f:1}}}})"#, r#"{ a: 1, b: 'x', c: { d: { e: [Object] } } }"#),
    (r#"([1,2,[3,[4,[5,[6]]]]])"#, r#"[ 1, 2, [ 3, [ 4, [Array] ] ] ]"#),
    (r#"(new Map([['a',{b:1}],[{x:1},2]]))"#, r#"Map(2) { 'a' => { b: 1 }, { x: 1 } => 2 }"#),
    (r#"(new Set([1,'a',{b:2}]))"#, r#"Set(3) { 1, 'a', { b: 2 } }"#),
    (r#"(new Date(0))"#, r#"1970-01-01T00:00:00.000Z"#),
    (r#"(new Date(NaN))"#, r#"Invalid Date"#),
    (r#"(/a\/b/gi)"#, r#"/a\/b/gi"#),
    (r#"(null)"#, r#"null"#),
    (r#"(undefined)"#, r#"undefined"#),
    (r#"(-0)"#, r#"-0"#),
    (r#"(0.1+0.2)"#, r#"0.30000000000000004"#),
    (r#"(1e21)"#, r#"1e+21"#),
    (r#"(10n)"#, r#"10n"#),
    (r#"(Symbol('a b'))"#, r#"Symbol(a b)"#),
    (r#"({[Symbol('k')]:1, 'a-b':2, 1:3, __proto__:null})"#, r#"[Object: null prototype] { '1': 3, 'a-b': 2, [Symbol(k)]: 1 }"#),
    (r#"(()=>{ class Foo{ constructor(){this.a=1} get b(){return 1} } return new Foo })()"#, r#"Foo { a: 1 }"#),
    (r#"(()=>{ class Foo{} return new Foo })()"#, r#"Foo {}"#),
    (r#"({get a(){return 1}, set b(v){}, get c(){return 1}, set c(v){}})"#, r#"{ a: [Getter], b: [Setter], c: [Getter/Setter] }"#),
    (r#"(function f(){})"#, r#"[Function: f]"#),
    (r#"(()=>{})"#, r#"[Function (anonymous)]"#),
    (r#"(class A{})"#, r#"[class A]"#),
    (r#"(class B extends Array{})"#, r#"[class B extends Array]"#),
    (r#"(class extends Map{})"#, r#"[class (anonymous) extends Map]"#),
    (r#"(async()=>{})"#, r#"[AsyncFunction (anonymous)]"#),
    (r#"(function*g(){})"#, r#"[GeneratorFunction: g]"#),
    (r#"(async function*ag(){})"#, r#"[AsyncGeneratorFunction: ag]"#),
    (r#"(Math.max)"#, r#"[Function: max]"#),
    (r#"(Object.assign(function f(){}, {a:1}))"#, r#"[Function: f] { a: 1 }"#),
    (r#"(()=>{const a={x:1}; a.self=a; a.o={a}; return a})()"#, r#"<ref *1> { x: 1, self: [Circular *1], o: { a: [Circular *1] } }"#),
    (r#"(()=>{const a=[];a.push(a);return a})()"#, r#"<ref *1> [ [Circular *1] ]"#),
    (r#"(Promise.resolve(42))"#, r#"Promise { 42 }"#),
    (r#"(new Promise(()=>{}))"#, r#"Promise { <pending> }"#),
    (r#"(()=>{const p=Promise.reject(3); p.catch(()=>{}); return p})()"#, r#"Promise { <rejected> 3 }"#),
    (r#"(new Uint8Array([1,2,3]))"#, r#"Uint8Array(3) [ 1, 2, 3 ]"#),
    (r#"(new Float64Array(2))"#, r#"Float64Array(2) [ 0, 0 ]"#),
    (r#"(new BigInt64Array(1))"#, r#"BigInt64Array(1) [ 0n ]"#),
    (r#"(new ArrayBuffer(4))"#, r#"ArrayBuffer { [Uint8Contents]: <00 00 00 00>, byteLength: 4 }"#),
    (r#"(new DataView(new ArrayBuffer(2)))"#, r#"DataView {
  byteLength: 2,
  byteOffset: 0,
  buffer: ArrayBuffer { [Uint8Contents]: <00 00>, byteLength: 2 }
}"#),
    (r#"(new Number(3))"#, r#"[Number: 3]"#),
    (r#"(new String('abc'))"#, r#"[String: 'abc']"#),
    (r#"(new Boolean(false))"#, r#"[Boolean: false]"#),
    (r#"(Object(Symbol('s')))"#, r#"[Symbol: Symbol(s)]"#),
    (r#"(Object(1n))"#, r#"[BigInt: 1n]"#),
    (r#"(new WeakMap)"#, r#"WeakMap { <items unknown> }"#),
    (r#"(new WeakSet)"#, r#"WeakSet { <items unknown> }"#),
    (r#"(Object.create(null))"#, r#"[Object: null prototype] {}"#),
    (r#"(Object.create({}))"#, r#"{}"#),
    (r#"(Object.create(class Q{}.prototype))"#, r#"Q {}"#),
    (r#"(new Proxy({a:1},{get(){throw 1}, ownKeys(){throw 1}}))"#, r#"{ a: 1 }"#),
    (r#"(new Proxy([1,2],{}))"#, r#"[ 1, 2 ]"#),
    (r#"([,1,,,2,,])"#, r#"[ <1 empty item>, 1, <2 empty items>, 2, <1 empty item> ]"#),
    (r#"(Array(5))"#, r#"[ <5 empty items> ]"#),
    (r#"(Array(200).fill(7))"#, r#"[
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7,
  ... 100 more items
]"#),
    (r#"(Array.from({length:30},(_, i)=>'item'+i))"#, r#"[
  'item0',  'item1',  'item2',
  'item3',  'item4',  'item5',
  'item6',  'item7',  'item8',
  'item9',  'item10', 'item11',
  'item12', 'item13', 'item14',
  'item15', 'item16', 'item17',
  'item18', 'item19', 'item20',
  'item21', 'item22', 'item23',
  'item24', 'item25', 'item26',
  'item27', 'item28', 'item29'
]"#),
    (r#"(Object.assign([1,2],{x:1}))"#, r#"[ 1, 2, x: 1 ]"#),
    (r#"(new Array(1e6))"#, r#"[ <1000000 empty items> ]"#),
    (r#"(()=>{const a=[1]; a[5000]=2; return a})()"#, r#"[ 1, <4999 empty items>, 2 ]"#),
    (r#"(["it's",'say "x"','`\'"'])"#, r#"[ "it's", 'say "x"', '`\'"' ]"#),
    (r#"(['a\nb', '\x1b[0m', '\\'])"#, r#"[ 'a\nb', '\x1B[0m', '\\' ]"#),
    (r#"({a:'x'.repeat(100)})"#, r#"{
  a: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
}"#),
    (r#"(['x'.repeat(20000)].map(s=>s.length))"#, r#"[ 20000 ]"#),
    (r#"({a:{b:{c:{}}}})"#, r#"{ a: { b: { c: {} } } }"#),
    (r#"({a:{b:{c:[]}}})"#, r#"{ a: { b: { c: [] } } }"#),
    (r#"({a:{b:{c:new Map}}})"#, r#"{ a: { b: { c: Map(0) {} } } }"#),
    (r#"({a:{b:{c:new Map([[1,2]])}}})"#, r#"{ a: { b: { c: [Map] } } }"#),
    (r#"({a:{b:{c:class X{}}}})"#, r#"{ a: { b: { c: [class X] } } }"#),
    (r#"({a:{b:{c:new (class Foo{x=1})}}})"#, r#"{ a: { b: { c: [Foo] } } }"#),
    (r#"({a:{b:{c:Object.create(null,{q:{value:1,enumerable:true}})}}})"#, r#"{ a: { b: { c: [Object: null prototype] } } }"#),
    (r#"(function(){return arguments})(1,2)"#, r#"[Arguments] { '0': 1, '1': 2 }"#),
    (r#"(globalThis.JSON)"#, r#"Object [JSON] {}"#),
    (r#"(Math)"#, r#"Object [Math] {}"#),
    (r#"([1,2,3].values())"#, r#"Object [Array Iterator] {}"#),
    (r#"(function*(){})()"#, r#"Object [Generator] {}"#),
    (r#"({[Symbol.toStringTag]:'T', a:1})"#, r#"{ a: 1, [Symbol(Symbol.toStringTag)]: 'T' }"#),
    (r#"(()=>{ class D extends Date{} return new D(0)})()"#, r#"D 1970-01-01T00:00:00.000Z"#),
    (r#"(()=>{ class M extends Map{} return new M([[1,2]])})()"#, r#"M(1) [Map] { 1 => 2 }"#),
    (r#"(()=>{class A2 extends Array{} return A2.from([1,2])})()"#, r#"A2(2) [ 1, 2 ]"#),
    (r#"([{id:1,name:'one',value:{x:1}},{id:2,name:'two',value:{x:2}},{id:3,name:'three',value:{x:3}}])"#, r#"[
  { id: 1, name: 'one', value: { x: 1 } },
  { id: 2, name: 'two', value: { x: 2 } },
  { id: 3, name: 'three', value: { x: 3 } }
]"#),
    (r#"({a:[{b:{c:1}}]})"#, r#"{ a: [ { b: [Object] } ] }"#),
    (r#"([[1,2,3],[4,5,6],[7,8,9]])"#, r#"[ [ 1, 2, 3 ], [ 4, 5, 6 ], [ 7, 8, 9 ] ]"#),
    (r#"([1.5,-2,3e10,4,5,6,7,8])"#, r#"[ 1.5, -2, 30000000000, 4, 5, 6, 7, 8 ]"#),
    (r#"(Array.from({length:10},(_, i)=>({i})))"#, r#"[
  { i: 0 }, { i: 1 },
  { i: 2 }, { i: 3 },
  { i: 4 }, { i: 5 },
  { i: 6 }, { i: 7 },
  { i: 8 }, { i: 9 }
]"#),
    (r#"([undefined,null,true,'x',1n,Symbol.iterator])"#, r#"[ undefined, null, true, 'x', 1n, Symbol(Symbol.iterator) ]"#),
    (r#"({f(){}, g:()=>{}, h:class{}, async i(){}, *j(){}})"#, r#"{
  f: [Function: f],
  g: [Function: g],
  h: [class h],
  i: [AsyncFunction: i],
  j: [GeneratorFunction: j]
}"#),
    (r#"(new Map([[{a:1},new Set([1])],['k',new Map([['z',1]])]]))"#, r#"Map(2) { { a: 1 } => Set(1) { 1 }, 'k' => Map(1) { 'z' => 1 } }"#),
    (r#"({u:undefined,n:null})"#, r#"{ u: undefined, n: null }"#),
    (r#"(Object.freeze([1]))"#, r#"[ 1 ]"#),
    (r#"([[]])"#, r#"[ [] ]"#),
    (r#"([{}])"#, r#"[ {} ]"#),
    (r#"([[[[]]]])"#, r#"[ [ [ [] ] ] ]"#),
    (r#"([[[[1]]]])"#, r#"[ [ [ [Array] ] ] ]"#),
    (r#"(Object.setPrototypeOf([1],null))"#, r#"[Array(1): null prototype] [ 1 ]"#),
    (r#"(Object.setPrototypeOf(new Map([[1,2]]),null))"#, r#"[Map(1): null prototype] { 1 => 2 }"#),
    (r#"(Object.setPrototypeOf(()=>{},null))"#, r#"[Function (null prototype) (anonymous)]"#),
    (r#"(()=>{class S extends String{} return new S('q')})()"#, r#"[String (S): 'q']"#),
    (r#"(Object.assign(new Date(0),{a:1}))"#, r#"1970-01-01T00:00:00.000Z { a: 1 }"#),
    (r#"(Object.assign(/x/,{a:1}))"#, r#"/x/ { a: 1 }"#),
    (r#"(Object.assign(new Number(1),{a:1}))"#, r#"[Number: 1] { a: 1 }"#),
    (r#"([,'a'])"#, r#"[ <1 empty item>, 'a' ]"#),
    (r#"({ 'quoted-key': { "it's": 1 } })"#, r#"{ 'quoted-key': { "it's": 1 } }"#),
    (r#"([12345678,2,3,4,5,6,700,8,9,10,11,12])"#, r#"[ 12345678, 2, 3, 4, 5, 6, 700, 8, 9, 10, 11, 12 ]"#),
    (r#"(['aaaa','b','cc','ddddddddd','e','f','g','hhhhhhhh'])"#, r#"[ 'aaaa', 'b', 'cc', 'ddddddddd', 'e', 'f', 'g', 'hhhhhhhh' ]"#),
    (r#"(new Uint8Array(300))"#, r#"Uint8Array(300) [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0,
  ... 200 more items
]"#),
    (r#"({a:new Uint8Array(3)})"#, r#"{ a: Uint8Array(3) [ 0, 0, 0 ] }"#),
    (r#"(Array.from({length:7},(_, i)=>[i,i*2]))"#, r#"[
  [ 0, 0 ],  [ 1, 2 ],
  [ 2, 4 ],  [ 3, 6 ],
  [ 4, 8 ],  [ 5, 10 ],
  [ 6, 12 ]
]"#),
    (r#"({long1:'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa',long2:'bbbbbbbbbbbbbbbbbbbbbbbbbbbb',long3:'cccccccccccc'})"#, r#"{
  long1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  long2: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  long3: 'cccccccccccc'
}"#),
    (r#"({x:{y:{z:1}},p:{q:{r:{s:1}}}})"#, r#"{ x: { y: { z: 1 } }, p: { q: { r: [Object] } } }"#),
    (r#"([null,[undefined]])"#, r#"[ null, [ undefined ] ]"#),
];

fn inspected(source: &str) -> String {
    Realm::new().eval(&format!("internals.inspect({source})"))
}

#[test]
fn values_have_the_forms_that_people_know() {
    let realm = Realm::new();
    for (source, expected) in FORMS {
        let printed = realm.eval(&format!("internals.inspect({source})"));
        assert_eq!(printed, *expected, "{source}");
    }
}

#[test]
fn errors_say_what_where_and_why() {
    assert_eq!(
        inspected(
            "(() => { function f() { const error = new TypeError('outer', \
             { cause: new Error('inner') }); error.code = 7; return error } return f() })()"
        )
        .lines()
        .map(|line| line.split(" (eval_script").next().unwrap_or(""))
        .collect::<Vec<_>>(),
        [
            "TypeError: outer",
            "    at f",
            "    at <anonymous>",
            "    at <eval>",
            "  code: 7,",
            "  [cause]: Error: inner",
            "      at f",
            "      at <anonymous>",
            "      at <eval>",
            "}",
        ]
    );
    let class = "new (class MyError extends Error {})('m')";
    assert!(inspected(class).starts_with("MyError: m\n    at MyError"), "{}", inspected(class));
    let exception = inspected("new DOMException('m', 'AbortError')");
    assert!(exception.starts_with("DOMException [AbortError]: m\n    at"), "{exception}");
    let aggregate = inspected("new AggregateError([new Error('a')], 'all')");
    assert!(aggregate.contains("{\n  [errors]: [\n    Error: a\n"), "{aggregate}");
}

#[test]
fn what_is_huge_is_cut() {
    let realm = Realm::new();
    for source in [
        "Array(1e6).fill(1)",
        "Array(4294967295)",
        "new Uint8Array(1e6)",
        "new ArrayBuffer(1e6)",
        "new Set(Array(1e5).keys())",
        "new Map(Array.from({ length: 1e5 }, (_, i) => [i, i]))",
        "Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['k' + i, i]))",
        "({ text: 'x'.repeat(1e6) })",
        "({ text: '\\n'.repeat(1e6) })",
        "new Error('x'.repeat(1e6))",
        "({ ['x'.repeat(1e6)]: 1 })",
        "Symbol('x'.repeat(1e6))",
        "(() => { let x = []; for (let i = 0; i < 1e4; i++) x = [x]; return x })()",
        "(() => { let x = {}; for (let i = 0; i < 1e4; i++) x = { x, y: [x, x] }; return x })()",
        "(() => { let x = new Error(); for (let i = 0; i < 1e3; i++) \
         x = new Error('e', { cause: x }); return x })()",
        "(() => { let x = {}; for (let i = 0; i < 1e3; i++) x = new Proxy(x, {}); return x })()",
        "(() => { let x = {}; for (let i = 0; i < 1e3; i++) x = Object.create(x); return x })()",
        "(() => { const x = []; for (let i = 0; i < 100; i++) x.push(x, [x]); return x })()",
        "Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => Array(100).fill('xyz')))",
        "'x'.repeat(1e6)",
        "10n ** 5000n",
    ] {
        let length = realm.eval(&format!("internals.inspect({source}).length"));
        let length: usize = length.parse().unwrap_or(usize::MAX);
        assert!(length < 400_000, "{source} gives {length}");
    }
    let deep = "(() => { let x = {}; for (let i = 0; i < 1e4; i++) x = { x }; return x })()";
    let dumped = realm.log_of(&format!("console.dir({deep}, {{ depth: Infinity }})"));
    assert!(dumped.contains("[Object]") && dumped.len() < 400_000);
}

#[test]
fn looking_runs_no_code() {
    let realm = Realm::new();
    realm.eval("var ran = []");
    for source in [
        "({ get a() { ran.push('getter') } })",
        "({ toString() { ran.push('toString') }, toJSON() { ran.push('toJSON') } })",
        "({ get [Symbol.toStringTag]() { ran.push('tag') } })",
        "({ get constructor() { ran.push('constructor') } })",
        "new Proxy({}, new Proxy({}, { get(_, trap) { ran.push(trap) } }))",
        "new Proxy(class {}, new Proxy({}, { get(_, trap) { ran.push(trap) } }))",
        "Object.create(new Proxy({}, new Proxy({}, { get(_, trap) { ran.push(trap) } })))",
        "Object.defineProperty(new Error(), 'name', { get() { ran.push('name') } })",
        "Object.defineProperty(new Error(), 'stack', { get() { ran.push('stack') } })",
        "Object.defineProperty([1], 0, { get() { ran.push('0') } })",
        "Object.defineProperty(() => {}, 'name', { get() { ran.push('name') } })",
    ] {
        realm.eval(&format!("console.log({source}, '%s', [{source}])"));
    }
    assert_eq!(realm.eval("String(ran)"), "");
    assert_eq!(realm.logged().len(), 11);
}

#[test]
fn tampering_with_built_in_objects_changes_nothing() {
    let realm = Realm::new();
    realm.eval(
        "var values = [new Map([[1, 2]]), new Set([3]), new Date(0), [4], Symbol('s'), \
         Object(5), Promise.reject, new DOMException('m', 'AbortError')]; \
         for (const type of [Map, Set, Date, Array, String, Number, Symbol, Promise, Object]) \
         for (const key of Reflect.ownKeys(type.prototype)) \
         if (key !== 'constructor') try { \
         Object.defineProperty(type.prototype, key, { value() { throw 1 } }) } catch {}",
    );
    realm.eval(
        "Reflect.apply = JSON.stringify = parseInt = Object.keys = () => { throw 2 }; 0",
    );
    let line = realm.log_of(
        "console.log(values[0], values[1], values[2], values[3], values[4], values[5], \
         values[6], values[7])",
    );
    let expected = "Map(1) { 1 => 2 } Set(1) { 3 } 1970-01-01T00:00:00.000Z [ 4 ] Symbol(s) \
                    [Number: 5] [Function: reject] DOMException [AbortError]: m\n    at";
    assert!(line.starts_with(expected), "{line}");
}

#[test]
fn what_is_met_again_is_numbered() {
    let realm = Realm::new();
    realm.check(&[
        ("var a = { b: {} }; a.b.a = a; internals.inspect(a)", "<ref *1> { b: { a: [Circular *1] } }"),
        (
            "var m = new Map(); m.set(m, m); internals.inspect(m)",
            "<ref *1> Map(1) { [Circular *1] => [Circular *1] }",
        ),
        ("var same = {}; internals.inspect([same, same])", "[ {}, {} ]"),
    ]);
}

#[test]
fn proxies_are_seen_through() {
    let realm = Realm::new();
    realm.check(&[
        ("internals.inspect(new Proxy({ a: 1 }, {}))", "{ a: 1 }"),
        ("internals.inspect(new Proxy(function f() {}, {}))", "[Function: f]"),
        (
            "var r = Proxy.revocable({}, {}); r.revoke(); internals.inspect(r.proxy)",
            "<Revoked Proxy>",
        ),
    ]);
}
