//@ outcome: ok,exceededCpu,exceededMemory
//@ args: --fuel 300000000
//@ cpu: 1
// The callback that runs when garbage is collected makes garbage and registers it again.
const registry = new FinalizationRegistry((n) => { for (let i = 0; i < 1e6; i++); registry.register({ n }, n + 1); });
export default async () => { for (let i = 0; i < 1e5; i++) { registry.register({ a: i }, i); if (i % 1000 === 0) await null; } };
