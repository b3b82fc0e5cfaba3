//@ outcome: ok,exceededOutput,exceededCpu,exception
//@ args:
//@ cpu: 1
// A hundred numbers of half a million bits each.
export default () => Array.from({ length: 50 }, (_, i) => 2n ** 500_000n - BigInt(i));
