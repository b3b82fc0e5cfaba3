for (const name of ["MessageChannel", "MessagePort", "BroadcastChannel"]) if (name in globalThis) made[name] = globalThis[name];
made.isMarkedAsUntransferable = () => false;
// No thread is there to send a value to. Libraries mark what they make when they are loaded.
made.markAsUncloneable = () => {};
