//@ outcome: ok,exception,exceededCpu
//@ args: --fuel 300000000
//@ cpu: 1
// Functions made from text, as many as there is fuel for, if that is allowed at all.
export default () => { for (let i = 0; ; i++) new Function("a", `${"a++;".repeat(1000)} return ${i}`)(i); };
