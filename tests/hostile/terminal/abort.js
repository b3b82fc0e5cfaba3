//@ outcome: aborted
//@ args:
//@ cpu: 1
// The reason for aborting looks like something else.
import { abortIsolate } from "cloudflare:workers";
export default () => abortIsolate("\x1b[2J\r\nerror: \u202ereason\u200b\u{e0041}\n");
