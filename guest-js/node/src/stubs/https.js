// An agent only holds options, which libraries make when they are loaded.
made.Agent = class Agent {
  constructor(options) {
    this.options = { ...options };
    this.keepAlive = this.options.keepAlive ?? false;
    this.maxSockets = this.options.maxSockets ?? Infinity;
    this.sockets = {};
    this.requests = {};
    this.freeSockets = {};
  }

  destroy() {}
};
made.globalAgent = new made.Agent();
