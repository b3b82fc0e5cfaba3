//@ outcome: ok,exceededOutput,exceededCpu,exception
//@ args:
//@ cpu: 1
// A number of four million bits, whose printing in decimal takes the host time with the square of that.
export default () => 2n ** 4_000_000n - 1n;
