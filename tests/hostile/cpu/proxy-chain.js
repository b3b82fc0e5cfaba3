//@ outcome: ok
//@ value: "RangeError"
//@ args:
//@ cpu: 1
// A proxy of a proxy of a proxy: reading one property goes down two hundred thousand of them.
export default () => { let p = {}; for (let i = 0; i < 200_000; i++) p = new Proxy(p, {}); try { return `${p.x}`; } catch (e) { return e.name; } };
