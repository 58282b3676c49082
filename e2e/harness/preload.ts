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

/** A process that believes its writes to be on stable storage when they are not, as with `synchronous=NORMAL`. */
export function withoutSync(): Record<string, string> {
  return preload('nosync', 'int fsync(int fd) { return 0; }\nint fdatasync(int fd) { return 0; }\n');
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
