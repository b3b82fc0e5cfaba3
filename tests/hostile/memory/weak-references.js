//@ outcome: exceededMemory,exceededCpu
//@ args:
//@ cpu: 2
// Weak references and registrations that outnumber what they refer to.
export default () => { const all = [], r = new FinalizationRegistry(() => {}); for (;;) { const o = {}; all.push(new WeakRef(o)); r.register(o, all, o); } };
