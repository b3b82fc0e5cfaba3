//@ outcome: ok
//@ value: true
//@ args:
//@ cpu: 2
// JSON nested two million deep must end as an error or as a value, not with the sandbox.
export default () => { try { JSON.parse("[".repeat(2_000_000) + "]".repeat(2_000_000)); } catch (e) { return e instanceof Error; } return true; };
