//@ outcome: exception
//@ args:
//@ cpu: 1
// The thrown value is a proxy that throws at every touch.
const evil = () => { throw new Proxy({}, handler); };
const handler = { get: evil, has: evil, ownKeys: evil, getPrototypeOf: evil, getOwnPropertyDescriptor: evil };
export default () => evil();
