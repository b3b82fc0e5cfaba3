//@ outcome: ok,exceededOutput,exception
//@ args:
//@ cpu: 2
// A result that is small as it is and has two to the power of eighty leaves when it is printed.
export default () => { let x = ["leaf"]; for (let i = 0; i < 80; i++) x = [x, x]; return x; };
