//@ outcome: exceededMemory,exception
//@ args:
//@ cpu: 1
// Texts of half a gibibyte by way of repeat, padStart, join and replaceAll.
export default () => { const s = []; for (const f of [() => "x".repeat(2 ** 29), () => "".padStart(2 ** 29, "xy"), () => Array(2 ** 20).fill("y".repeat(512)).join("z"), () => "x".repeat(1e5).replaceAll("x", "y".repeat(1e4))]) s.push(f()); return s.length; };
