//@ outcome: exceededWallTime
//@ args: --timeout 400ms --fuel 9000000000000000
//@ cpu: 1
//@ late: 250
// A loop with more fuel than time is stopped at the deadline, in the middle of its turn.
export default () => { for (;;); };
