//@ outcome: ok,exception
//@ args:
//@ cpu: 1
// The factory that JSX is compiled to is the worker's own, and nests without end.
const React = { createElement: (tag: any, props: any, ...children: any[]) => ({ tag, props, children }), Fragment: "f" };
const nest = (n: number): any => n === 0 ? <a b={<></>} {...{ c: 1 }}>{"\u001b[31m"}</a> : <>{nest(n - 1)}</>;
export default () => nest(400);
