(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("fs", {"callable":false,"functions":["appendFile","appendFileSync","access","accessSync","chown","chownSync","chmod","chmodSync","close","closeSync","copyFile","copyFileSync","cp","cpSync","createReadStream","createWriteStream","exists","existsSync","fchown","fchownSync","fchmod","fchmodSync","fdatasync","fdatasyncSync","fstat","fstatSync","fsync","fsyncSync","ftruncate","ftruncateSync","futimes","futimesSync","glob","globSync","lchown","lchownSync","link","linkSync","lstat","lstatSync","lutimes","lutimesSync","mkdir","mkdirSync","mkdtemp","mkdtempSync","mkdtempDisposableSync","open","openSync","openAsBlob","readdir","readdirSync","read","readSync","readv","readvSync","readFile","readFileSync","readlink","readlinkSync","realpath","realpathSync","rename","renameSync","rm","rmSync","rmdir","rmdirSync","stat","statfs","statSync","statfsSync","symlink","symlinkSync","truncate","truncateSync","unwatchFile","unlink","unlinkSync","utimes","utimesSync","watch","watchFile","writeFile","writeFileSync","write","writeSync","writev","writevSync","opendir","opendirSync"],"classes":["Dirent","Stats","ReadStream","WriteStream","FileReadStream","FileWriteStream","Utf8Stream","Dir"],"values":{"constants":{"UV_FS_SYMLINK_DIR":1,"UV_FS_SYMLINK_JUNCTION":2,"O_RDONLY":0,"O_WRONLY":1,"O_RDWR":2,"UV_DIRENT_UNKNOWN":0,"UV_DIRENT_FILE":1,"UV_DIRENT_DIR":2,"UV_DIRENT_LINK":3,"UV_DIRENT_FIFO":4,"UV_DIRENT_SOCKET":5,"UV_DIRENT_CHAR":6,"UV_DIRENT_BLOCK":7,"S_IFMT":61440,"S_IFREG":32768,"S_IFDIR":16384,"S_IFCHR":8192,"S_IFBLK":24576,"S_IFIFO":4096,"S_IFLNK":40960,"S_IFSOCK":49152,"O_CREAT":64,"O_EXCL":128,"UV_FS_O_FILEMAP":0,"UV_FS_O_TEMPORARY":0,"UV_FS_O_SHORT_LIVED":0,"UV_FS_O_SEQUENTIAL":0,"UV_FS_O_RANDOM":0,"O_NOCTTY":256,"O_TRUNC":512,"O_APPEND":1024,"O_DIRECTORY":65536,"O_NOATIME":262144,"O_NOFOLLOW":131072,"O_SYNC":1052672,"O_DSYNC":4096,"O_DIRECT":16384,"O_NONBLOCK":2048,"S_IRWXU":448,"S_IRUSR":256,"S_IWUSR":128,"S_IXUSR":64,"S_IRWXG":56,"S_IRGRP":32,"S_IWGRP":16,"S_IXGRP":8,"S_IRWXO":7,"S_IROTH":4,"S_IWOTH":2,"S_IXOTH":1,"F_OK":0,"R_OK":4,"W_OK":2,"X_OK":1,"UV_FS_COPYFILE_EXCL":1,"COPYFILE_EXCL":1,"UV_FS_COPYFILE_FICLONE":2,"COPYFILE_FICLONE":2,"UV_FS_COPYFILE_FICLONE_FORCE":4,"COPYFILE_FICLONE_FORCE":4}}});
made.existsSync = () => false;
Object.defineProperty(made, "promises", { enumerable: true, configurable: true, get: () => require("node:fs/promises") });
// Loggers write to the descriptors of the standard streams: (buffer, offset, length) or
// (text, position, encoding).
const { validateFunction } = require("node:internal/validators");
const { unsupported } = require("node:internal/errors");
const write = (what, fd, data, offset, length) => {
  if (fd !== 1 && fd !== 2) throw unsupported(what);
  const { Buffer } = require("node:buffer");
  const { stdout, stderr } = require("node:process");
  const chunk = typeof data === "string"
    ? Buffer.from(data, typeof length === "string" ? length : "utf8")
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).subarray(offset ?? 0, typeof length === "number" ? (offset ?? 0) + length : undefined);
  (fd === 1 ? stdout : stderr).write(chunk);
  return chunk.length;
};
made.writeSync = function writeSync(fd, data, offset, length) {
  if (offset !== null && typeof offset === "object") ({ offset, length } = offset);
  return write("fs.writeSync()", fd, data, offset, length);
};
made.write = function (fd, data, ...rest) {
  const callback = rest.pop();
  validateFunction(callback, "cb");
  const written = write("fs.write()", fd, data, ...(rest[0] !== null && typeof rest[0] === "object" ? [rest[0].offset, rest[0].length] : rest));
  require("node:process").nextTick(callback, null, written, data);
};
Object.defineProperty(made.write, "name", { value: "write", configurable: true });
if (native.mounts() !== undefined) require("node:internal/fs").install(made);
}
