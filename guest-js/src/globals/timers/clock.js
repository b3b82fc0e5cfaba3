(native, internals) => {
  /** Returns the time since the sandbox began, in milliseconds. */
  internals.now = () => native.now() - native.timeOrigin();
}
