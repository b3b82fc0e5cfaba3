// os: a machine that says nothing of the real one.
"use strict";

const { unsupported } = require("node:internal/errors");

const signals = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10,
  SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGSTKFLT: 16, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19,
  SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27, SIGWINCH: 28,
  SIGIO: 29, SIGPOLL: 29, SIGPWR: 30, SIGSYS: 31,
};
const errno = {
  EPERM: 1, ENOENT: 2, EINTR: 4, EIO: 5, EBADF: 9, EAGAIN: 11, ENOMEM: 12, EACCES: 13, EEXIST: 17, ENOTDIR: 20, EISDIR: 21,
  EINVAL: 22, EMFILE: 24, EPIPE: 32, ENOSYS: 38, ENOTEMPTY: 39, ENOTSUP: 95, EADDRINUSE: 98, ECONNRESET: 104, ETIMEDOUT: 110,
  ECONNREFUSED: 111,
};
const known = (value) => Object.assign(() => value, { [Symbol.toPrimitive]: () => value });

module.exports = {
  EOL: "\n",
  devNull: "/dev/null",
  arch: known("wasm32"),
  availableParallelism: known(1),
  cpus: () => [],
  endianness: known("LE"),
  freemem: known(0),
  getPriority: () => 0,
  homedir: known("/"),
  hostname: known("localhost"),
  loadavg: () => [0, 0, 0],
  machine: known("wasm32"),
  networkInterfaces: () => ({}),
  platform: known("linux"),
  release: known(""),
  setPriority() {
    throw unsupported("os.setPriority()");
  },
  tmpdir: known("/tmp"),
  totalmem: known(0),
  type: known("Linux"),
  uptime: () => require("node:process").uptime(),
  userInfo: () => ({ uid: 0, gid: 0, username: "worker", homedir: "/", shell: null }),
  version: known(""),
  constants: { UV_UDP_REUSEADDR: 4, dlopen: {}, errno, signals, priority: {
    PRIORITY_LOW: 19, PRIORITY_BELOW_NORMAL: 10, PRIORITY_NORMAL: 0, PRIORITY_ABOVE_NORMAL: -7, PRIORITY_HIGH: -14, PRIORITY_HIGHEST: -20,
  } },
};
