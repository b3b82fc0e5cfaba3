//@ outcome: exception,exceededOutput
//@ args:
//@ cpu: 3
// As results/cyclic, thrown.
export default () => { const all = []; for (let i = 0; i < 1500; i++) all.push([]); for (const x of all) x.push(...all); throw all; };
