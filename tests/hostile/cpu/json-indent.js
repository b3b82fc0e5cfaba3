//@ outcome: exceededCpu,exceededMemory,exception
//@ args:
//@ cpu: 1
// Indentation makes the text of a nested array grow with the square of its depth.
export default () => { let x = 1; for (let i = 0; i < 1500; i++) x = [x, x]; return JSON.stringify(x, null, "          ").length; };
