//@ outcome: aborted
//@ args:
//@ cpu: 1
// The reason for aborting is thirty mebibytes of control characters.
import { abortIsolate } from "cloudflare:workers";
export default () => abortIsolate("\u001b]0;x\u0007\n".repeat(4 << 20));
