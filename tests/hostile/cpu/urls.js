//@ outcome: exceededCpu,exceededMemory,exception
//@ args:
//@ cpu: 1
// Long addresses with thousands of steps back and tens of thousands of parameters.
export default () => { const u = "http://" + "a.".repeat(100) + "b/" + "../x/".repeat(20_000) + "?" + "a=%F0%9F%92%A9&".repeat(20_000); for (;;) { const x = new URL(u); for (const [k] of x.searchParams) x.searchParams.append(k, k); x.searchParams.sort(); } };
