//@ outcome: ok
//@ args: --memory 1GiB --timeout 20s --fuel 20000000000
//@ value: 24
//@ rss: 1100
// Four hundred mebibytes that are cleared, filled, moved and copied, each in one call.
export default () => {
  const b = new Uint8Array(400 << 20).fill(8);
  b.copyWithin(1, 0);
  b.copyWithin(0, 1);
  return b[0] + b[b.length - 1] + b.slice().at(-1);
};
