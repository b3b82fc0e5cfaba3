//@ outcome: exceededOutput
//@ args:
//@ cpu: 1
//@ log: 2
// Lines without anything in them count, too.
export default () => { for (;;) console.log(); };
