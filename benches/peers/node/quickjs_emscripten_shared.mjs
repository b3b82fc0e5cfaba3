// quickjs-emscripten, one Wasm instance for all sandboxes: their memory is one.
import { open as openOne } from "./quickjs_emscripten.mjs";

export const open = () => openOne(true);
