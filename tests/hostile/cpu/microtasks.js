//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
// Each promise reaction queues the next, so that the job queue is never empty.
export default () => new Promise(() => { const again = () => Promise.resolve().then(again); again(); });
