use super::read;

/// Formats the names and, behind a bar, the modules whose exports are exported as well. The
/// expected values are what Node's lexer finds.
fn shows(source: &str) -> String {
    let found = read(source);
    let names: Vec<String> = found.names.into_iter().collect();
    format!("{} | {}", names.join(" "), found.from.join(" "))
}

#[test]
fn assignments() {
    for (source, expected) in [
        (
            "exports.a = exports.b = void 0; exports['c d'] = 1; module.exports.e = 2",
            "a b c d e | ",
        ),
        ("(function (exports) { if (x) exports . a\n=/* */1 })(exports)", "a | "),
        ("exports.a; x.exports.b = 1; exports[c] = 2; exports.d() ; other = exports", " | "),
        (
            "module.exports = { a, 'b': c, d: e, ...f, ...require('g'), h: require('i'), j }",
            "a b d h | g",
        ),
        ("module.exports = { a, b: 'text', c }", "a | "),
        ("module.exports = { a() {}, b }", "a | "),
        ("0 && (module.exports = { a, b })", "a b | "),
        ("module.exports = require('a'); if (x) module.exports = require(\"b\")", " | b"),
        ("module.exports = require('a'); module.exports = class {}", " | "),
        (r"exports['\u00e9\x61\n\u{1f600}\ud83d\ude00'] = 1", "éa\n😀😀 | "),
    ] {
        assert_eq!(shows(source), expected, "{source}");
    }
}

#[test]
fn definitions() {
    for (source, expected) in [
        ("Object.defineProperty(exports, '__esModule', { value: true })", "__esModule | "),
        ("Object.defineProperty(module.exports, 'a', { enumerable: true, value: 1 })", "a | "),
        (
            "Object.defineProperty(exports, 'a', { enumerable: !0, get: function () { return q.p; } })",
            "a | ",
        ),
        (
            "Object.defineProperty(exports, 'a', { get () { return q['p'] } }), exports.b = 1",
            "a b | ",
        ),
        ("exports.a = 1; Object.defineProperty(exports, 'a', { get () { return f() } })", " | "),
        ("Object.defineProperty(exports, 'a', { get: () => b })", " | "),
        ("Object.defineProperty(exports, 'a', { configurable: true, get () { return b } })", " | "),
        ("Object.defineProperty(other, 'a', { value: 1 })", " | "),
    ] {
        assert_eq!(shows(source), expected, "{source}");
    }
}

#[test]
fn stars() {
    for (source, expected) in [
        ("__export(require('a')); tslib_1.__exportStar(require('b'), exports)", " | a b"),
        ("function __export(m) { for (var p in m) exports[p] = m[p] } { __export(require('a')) }", " | "),
        (
            "var _a = require('a'); var b = _interopRequireWildcard(require('b'));
             Object.keys(_a).forEach(function (key) { if (key === 'default' || key === '__esModule') return;
               if (key in exports && exports[key] === _a[key]) return;
               Object.defineProperty(exports, key, { enumerable: true, get: function () { return _a[key]; } }); });
             Object.keys(b).forEach(function (k) { exports[k] = b[k] });
             Object.keys(c).forEach(function (k) { exports[k] = c[k] });
             Object.keys(b).forEach(function (k) { use(k) });",
            " | a b",
        ),
    ] {
        assert_eq!(shows(source), expected, "{source}");
    }
}

#[test]
fn what_is_no_code_exports_nothing() {
    for source in [
        "// exports.a = 1\n/* exports.a = 1 */ 'exports.a = 1'; \"\\\"exports.a = 1\"",
        "`exports.a = 1 ${`exports.b = 2`} \\` exports.c = 3`",
        "x = /exports.a = 1[/]exports.b = 2/g; if (x) /exports.c = 3/.test(y)",
        "{} /exports.a = 1/.test(x); return /exports.b = 1/",
        "#!exports.a = 1",
        "a = b\n/exports/g.c",
    ] {
        assert_eq!(shows(source), " | ", "{source}");
    }
    for source in [
        "x = (a) / b; exports.a = c / d",
        "x = a[0] / `${ {} / 1 }` / 2; exports.a = 1 / 2",
        "x++ / 2; exports.a = 1 / 2",
        "`${exports.a = 1}`",
        "#!line\nexports.a = 1",
        "x.return / 2; exports.a = 1 / 2",
        "f(...exports.a = [])",
        "if (x) /'/.test(y); exports.a = '1'",
    ] {
        assert_eq!(shows(source), "a | ", "{source}");
    }
}

#[test]
fn any_text_ends() {
    for piece in [
        "(",
        ")",
        "`${",
        "/*",
        "/",
        "'",
        "exports",
        "module.exports={",
        "\\",
        "é",
        "...",
        "}",
        "__export(",
        "Object.keys(a).forEach(function(k){",
    ] {
        for times in [1, 1000] {
            let _ = read(&piece.repeat(times));
            let _ = read(&format!("var a = require('x');{}", format!("{piece} ").repeat(times)));
        }
    }
}
