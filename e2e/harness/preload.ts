import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from './files.ts';

/** Compiles C to a library that is loaded before all others; answers the environment that loads it. */
function preload(name: string, source: string): Record<string, string> {
  const dir = temporaryDir();
  const file = join(dir, `${name}.c`);
  const library = join(dir, `${name}.so`);
  writeFileSync(file, source);
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, file, '-ldl']);
  return { LD_PRELOAD: library };
}

/** A process that believes its writes to be on stable storage when they are not. */
export function withoutSync(): Record<string, string> {
  return preload('nosync', 'int fsync(int fd) { return 0; }\nint fdatasync(int fd) { return 0; }\n');
}

/**
 * A process whose SQLite does what it would with `synchronous=NORMAL`, whatever it was told: a commit does
 * not sync the write-ahead log; its header is synced when written, and the rest of it before the database
 * is written to (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
export function normalSync(): Record<string, string> {
  return preload(
    'normalsync',
    `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int owed = -1;     // the write-ahead log, if it has unsynced commits: one thread writes to it
static int header;        // whether its header was written last

static int is(int fd, const char *ending) {
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  size_t n = strlen(ending);
  return length >= (ssize_t) n && !memcmp(path + length - n, ending, n);
}

static int sync_now(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int)) dlsym(RTLD_NEXT, "fsync");
  return real(fd);
}

int fsync(int fd) {
  if (header || !is(fd, ".db-wal")) return sync_now(fd);
  owed = fd;
  return 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t)) dlsym(RTLD_NEXT, "pwrite64");
  if (is(fd, ".db-wal")) {
    header = offset == 0;
  } else if (owed >= 0 && is(fd, ".db")) {
    sync_now(owed);
    owed = -1;
  }
  return real(fd, bytes, count, offset);
}
`,
  );
}

/** A process on a disk that takes so long for every sync. */
export function slowSync(ms: number): Record<string, string> {
  return preload(
    'slowsync',
    `#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int)) dlsym(RTLD_NEXT, "fsync");
  usleep(${ms * 1_000});
  return real(fd);
}
`,
  );
}

/** A process whose wall clock is ahead by the seconds that a file holds; its monotonic clock is untouched. */
export function shiftedClock(file: string): Record<string, string> {
  return preload(
    'clock',
    `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

static long shift(void) {
  long seconds = 0;
  FILE *f = fopen("${file}", "r");
  if (f) {
    if (fscanf(f, "%ld", &seconds) != 1) seconds = 0;
    fclose(f);
  }
  return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, t);
  if (result == 0 && clock == CLOCK_REALTIME) t->tv_sec += shift();
  return result;
}

int gettimeofday(struct timeval *t, void *zone) {
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec;
  t->tv_usec = now.tv_nsec / 1000;
  return result;
}
`,
  );
}

/**
 * A process whose store writer, and no other thread, meets I/O errors (EIO) in the database as a
 * file says: `r` when it reads the database file, `w` when it writes the write-ahead log.
 */
export function failingDisk(file: string): Record<string, string> {
  return preload(
    'disk',
    `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int fails(int operation, const char *suffix, int fd) {
  char name[16], link[64], path[4096];
  if (prctl(PR_GET_NAME, name) != 0 || strcmp(name, "store-writer") != 0) return 0;
  FILE *f = fopen("${file}", "r");
  if (!f) return 0;
  int asked = fgetc(f);
  fclose(f);
  if (asked != operation) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < (ssize_t) strlen(suffix)) return 0;
  path[length] = 0;
  if (strcmp(path + length - strlen(suffix), suffix) != 0) return 0;
  errno = EIO;
  return 1;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *) dlsym(RTLD_NEXT, #name)

ssize_t read(int fd, void *to, size_t n) {
  REAL(read);
  return fails('r', "tidings.db", fd) ? -1 : real(fd, to, n);
}
ssize_t pread64(int fd, void *to, size_t n, off64_t at) {
  REAL(pread64);
  return fails('r', "tidings.db", fd) ? -1 : real(fd, to, n, at);
}
ssize_t pread(int fd, void *to, size_t n, off_t at) { return pread64(fd, to, n, at); }
ssize_t write(int fd, const void *from, size_t n) {
  REAL(write);
  return fails('w', "tidings.db-wal", fd) ? -1 : real(fd, from, n);
}
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) {
  REAL(pwrite64);
  return fails('w', "tidings.db-wal", fd) ? -1 : real(fd, from, n, at);
}
ssize_t pwrite(int fd, const void *from, size_t n, off_t at) { return pwrite64(fd, from, n, at); }
`,
  );
}
