//@ outcome: ok
//@ value: 3
//@ args: --fuel 50000000
//@ cpu: 1
// Not an attack: a program with types of every kind under little fuel.
enum Colour { Red = 1, Green = Red << 1 }
namespace Shapes { export const corners = 3; }
type Deep<T> = T extends [infer A, ...infer B] ? Deep<B> | A : never;
abstract class Base<T extends object = {}> { constructor(protected readonly n: number, private x?: T) {} abstract f(): number; }
class Derived extends Base { override f(): number { return this.n satisfies number as number; } }
function assert(x: unknown): asserts x is number {}
export default (): number => { const d = new Derived(Colour.Red | Colour.Green); assert(d); return Shapes.corners && d!.f(); };
