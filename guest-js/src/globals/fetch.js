(native, internals) => {
  const { fetch } = {
    async fetch(input, init = undefined) {
      throw new Error(
        "This worker is not permitted to access the internet via global functions like fetch(). " +
          "It must use capabilities (such as bindings in 'env') to talk to the outside world.",
      );
    },
  };
  internals.operation("fetch", fetch);
}
