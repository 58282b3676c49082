#define _GNU_SOURCE
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base.h"

static double seconds(clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t)) return -1;
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double proportional_set_mb(int pid) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
  FILE* file = fopen(path, "r");
  if (!file) die("cannot read %s (the server runs as another user?)", path);
  double mb = 0;
  unsigned long kb;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "Pss: %lu kB", &kb) == 1) mb = kb / 1024.0;
  fclose(file);
  return mb;
}

struct usage usage_of(const char* pids) {
  struct usage sum = {0};
  for (const char* p = pids; *p;) {
    char* end;
    int pid = strtol(p, &end, 10);
    // The process's CPU clock counts nanoseconds; /proc/PID/stat would give hundredths of a second.
    clockid_t clock;
    double cpu = clock_getcpuclockid(pid, &clock) ? -1 : seconds(clock);
    if (end == p || cpu < 0) die("no process %s to measure", p);
    sum.cpu_s += cpu;
    sum.rss_mb += proportional_set_mb(pid);
    p = end + (*end == ',');
  }
  return sum;
}

double own_cpu_s(void) {
  return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double tcp_memory_mb(void) {
  FILE* file = fopen("/proc/net/sockstat", "r");
  char line[256];
  double pages = 0;
  while (file && fgets(line, sizeof line, file)) {
    char* memory = strstr(line, "mem ");
    if (!strncmp(line, "TCP:", 4) && memory) pages = atof(memory + 4);
  }
  if (file) fclose(file);
  return pages * sysconf(_SC_PAGESIZE) / (1 << 20);
}
