//@ outcome: exceededCpu,exceededMemory
//@ args: --timeout 20s
//@ cpu: 2
// Each timer sets two more.
export default () => new Promise(() => { const two = () => { setTimeout(two, 0); setTimeout(two, 0); }; two(); });
