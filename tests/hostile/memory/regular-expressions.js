//@ outcome: exceededMemory,exceededCpu,exception
//@ args:
//@ cpu: 2
// Expressions that are short to write and long when compiled.
export default () => { const all = []; for (let i = 0; ; i++) all.push(new RegExp(`(?:${"(?:a{1,1000}){1,1000}|".repeat(1000)}${i})`, "u"), new RegExp(`[${Array.from({ length: 5000 }, (_, j) => String.fromCodePoint(0x10000 + 2 * j)).join("")}]`, "iu")); };
