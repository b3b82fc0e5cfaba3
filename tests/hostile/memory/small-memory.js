//@ outcome: exceededMemory
//@ args: --memory 4M
//@ cpu: 1
//@ rss: 100
// The same with as little memory as 4 MiB: the host's part stays small as well.
export default () => { const a = []; for (;;) a.push("x".repeat(1000) + a.length); };
