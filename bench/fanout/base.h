// What every load program needs: the clock, the end on an error, files and options.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

// Monotonic time in nanoseconds; the same clock for every process of the machine.
uint64_t now_ns(void);

// Prints "PROGRAM: message" to standard error and exits with status 2.
_Noreturn void die(const char* format, ...) __attribute__((format(printf, 1, 2)));

// The whole of a text file, to be kept until exit.
char* read_file(const char* path);

// One "--name VALUE" option; exactly one of `number` and `text` is set and holds the default.
struct option_spec {
  const char* name;
  int* number;
  const char** text;
  const char* meaning;
};

// Reads the command line into the options; --help prints them and exits.
void parse_options(int argc, char** argv, const char* purpose, const struct option_spec* specs,
                   size_t count);
