// What processes and the kernel use: CPU time, memory, socket buffers.
#pragma once

struct usage {
  double cpu_s;   // user and system time of all threads, the ended ones too
  double rss_mb;  // proportional resident set: shared pages count by their share
};

// The sum over a comma-separated list of process ids; ends the program if one of them is gone,
// since a dead server would look like a cheap one. An empty list is zero.
struct usage usage_of(const char* pids);

// This process's own CPU time in seconds.
double own_cpu_s(void);

// Kernel memory of all TCP sockets of the machine in MiB; it is outside every process.
double tcp_memory_mb(void);
