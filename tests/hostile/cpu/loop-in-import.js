//@ outcome: exceededWallTime
//@ args: --timeout 400ms --fuel 9000000000000000
//@ cpu: 1
//@ late: 250
// A module that is imported at run time never ends, and the deadline comes while it is evaluated.
export default async (a, env) => { await import("./top-level-awaits.js"); };
