#define _GNU_SOURCE
#include "CLinux.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timex.h>
#include <unistd.h>

static_assert(sizeof(struct clinux_tcp_md5sig) == sizeof(struct tcp_md5sig), "size");
static_assert(offsetof(struct clinux_tcp_md5sig, flags) == offsetof(struct tcp_md5sig, tcpm_flags),
              "flags");
static_assert(offsetof(struct clinux_tcp_md5sig, key_length) ==
                  offsetof(struct tcp_md5sig, tcpm_keylen),
              "key length");
static_assert(offsetof(struct clinux_tcp_md5sig, key) == offsetof(struct tcp_md5sig, tcpm_key),
              "key");

static_assert(sizeof(struct clinux_tcp_ao_add) == 288, "size");
static_assert(offsetof(struct clinux_tcp_ao_add, key) == 208, "key");
static_assert(sizeof(struct clinux_tcp_ao_del) == 144, "size");
#ifdef TCP_AO_ADD_KEY
static_assert(sizeof(struct clinux_tcp_ao_add) == sizeof(struct tcp_ao_add), "size");
static_assert(offsetof(struct clinux_tcp_ao_add, key) == offsetof(struct tcp_ao_add, key), "key");
static_assert(sizeof(struct clinux_tcp_ao_del) == sizeof(struct tcp_ao_del), "size");
#endif

void clinux_name_thread(const char *name) {
  char kept[16];
  strncpy(kept, name, sizeof kept - 1);
  kept[sizeof kept - 1] = 0;
  pthread_setname_np(pthread_self(), kept);
}

int clinux_enter_network_namespace(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  int result = setns(descriptor, CLONE_NEWNET) == 0 ? 0 : errno;
  close(descriptor);
  return result;
}

int clinux_spawn_close_from(void *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

void clinux_spawn_in_own_group(void *attributes) {
  sigset_t signals;
  posix_spawnattr_setflags(attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(attributes, 0);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(attributes, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(attributes, &signals);
}

int clinux_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int clinux_clock_state(int *is_synchronised, int64_t *maximum_error) {
  struct timex state = {0};
  if (adjtimex(&state) < 0) return errno;
  *is_synchronised = (state.status & STA_UNSYNC) == 0;
  *maximum_error = state.maxerror;
  return 0;
}

int clinux_set_trim_threshold(int octets) { return mallopt(M_TRIM_THRESHOLD, octets); }
