//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 3
// Ten thousand objects each of which refers to all others.
export default () => { const all = []; for (let i = 0; i < 1500; i++) all.push([]); for (const x of all) x.push(...all); return all; };
