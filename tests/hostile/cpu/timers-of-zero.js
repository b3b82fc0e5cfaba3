//@ outcome: exceededCpu,exceededWallTime
//@ args: --timeout 3s --fuel 200000000
//@ cpu: 2
// An interval of no time at all: each firing is a turn of the host's.
export default () => new Promise(() => { setInterval(() => {}, 0); });
