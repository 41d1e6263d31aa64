#include "CLinux.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

int clinux_make_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

int clinux_make_timer(void) {
  return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

int clinux_make_boot_timer(void) {
  return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

int clinux_watch(int epoll, int descriptor, uint64_t tag) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_wait(int epoll, uint64_t tags[16]) {
  struct epoll_event events[16];
  const int count = epoll_wait(epoll, events, 16, -1);
  for (int index = 0; index < count; index++) tags[index] = events[index].data.u64;
  return count;
}

int clinux_set_timer(int timer, uint64_t nanoseconds) {
  const struct itimerspec value = {.it_value.tv_sec = (time_t)(nanoseconds / 1000000000),
                                   .it_value.tv_nsec = (long)(nanoseconds % 1000000000)};
  return timerfd_settime(timer, TFD_TIMER_ABSTIME, &value, 0);
}
