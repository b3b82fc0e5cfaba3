//@ outcome: ok
//@ value: 2
//@ args:
//@ cpu: 1
// The module imports itself in a circle, under several names, at the top and at run time.
import * as self from "./module-cycle.js";
export const one = 1;
export default async () => { const again = await import("./module-cycle.js"); for (let i = 0; i < 10_000; i++) await import("./module-cycle.js"); return self.one + again.one; };
