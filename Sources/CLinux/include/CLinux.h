// Linux headers, structs and calls that Swift's Glibc module does not offer. Headers of Glibc itself
// stay out: what two modules declare, Swift finds in neither.
#ifndef CLINUX_H
#define CLINUX_H

#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <sys/eventfd.h>

// The value of the TCP_MD5SIG socket option: struct tcp_md5sig of <linux/tcp.h>, whose name Swift
// would find in two modules.
struct clinux_tcp_md5sig {
  _Alignas(8) uint8_t address[128];
  uint8_t flags;
  uint8_t prefix_length;
  uint16_t key_length;
  int32_t interface_index;
  uint8_t key[80];
};

// The value of the TCP_AO_ADD_KEY socket option (Linux 6.7): struct tcp_ao_add of <linux/tcp.h>, which
// older headers lack. The bits of `flags` stay 0.
struct clinux_tcp_ao_add {
  _Alignas(8) uint8_t address[128];
  uint8_t algorithm[64];
  int32_t interface_index;
  uint32_t flags;
  uint16_t reserved;
  uint8_t prefix_length;
  uint8_t send_id;
  uint8_t receive_id;
  uint8_t mac_length;
  uint8_t key_flags;
  uint8_t key_length;
  uint8_t key[80];
};

// The value of TCP_AO_DEL_KEY: struct tcp_ao_del.
struct clinux_tcp_ao_del {
  _Alignas(8) uint8_t address[128];
  int32_t interface_index;
  uint32_t flags;
  uint16_t reserved;
  uint8_t prefix_length;
  uint8_t send_id;
  uint8_t receive_id;
  uint8_t current_key;
  uint8_t next_key;
  uint8_t key_flags;
};

// The names of the two options.
enum { clinux_tcp_ao_add_key = 38, clinux_tcp_ao_delete_key = 39 };

// Names the calling thread; the kernel keeps 15 octets.
void clinux_name_thread(const char *name);

// Moves the calling thread into the network namespace whose file is at `path`. Gives 0 or errno.
int clinux_enter_network_namespace(const char *path);

// Has a child close all descriptors from `first` on; `actions` is a posix_spawn_file_actions_t. Gives 0
// or errno.
int clinux_spawn_close_from(void *actions, int first);

// Whether the kernel holds the wall clock for synchronised, and how far off it may be, in microseconds.
// Gives 0 or errno.
int clinux_clock_state(int *is_synchronised, int64_t *maximum_error);

// Has a child lead a process group of its own, so that Ctrl-C at the terminal does not reach it, with no
// signal blocked or ignored; `attributes` is a posix_spawnattr_t.
void clinux_spawn_in_own_group(void *attributes);

// Makes a file in memory that children do not inherit. Gives its descriptor, or -1 and errno.
int clinux_memory_file(const char *name);

// What came with a datagram. Addresses are numbers in host order; those of IPv4 are in the low half.
struct clinux_arrival {
  uint64_t source_high, source_low;
  uint64_t destination_high, destination_low;
  uint32_t interface_index;
  uint16_t source_port;
  uint8_t is_ipv6;
  // The TTL or hop limit; 0 if the kernel did not tell.
  uint8_t time_to_live;
  // When the kernel received it, in nanoseconds of CLOCK_REALTIME; 0 if it did not tell.
  uint64_t received_at;
};

// Receives a datagram without waiting, from a socket that has IP_RECVTTL and IP_PKTINFO, or
// IPV6_RECVHOPLIMIT and IPV6_RECVPKTINFO. Gives its length, at most `capacity`, or -errno.
long clinux_receive(int socket, void *buffer, unsigned long capacity,
                    struct clinux_arrival *arrival);

// Takes one error off the queue of a socket that has IP_RECVERR or IPV6_RECVERR: `arrival` names as
// source where the datagram was sent to. Gives the errno of the error, or 0 when there is none.
int clinux_receive_error(int socket, struct clinux_arrival *arrival);

// Lets a raw socket of ICMP or ICMPv6 receive echo replies only. Gives 0 or errno.
int clinux_filter_echo_replies(int socket, int is_ipv6);

// epoll(7) and timerfd_create(2), whose headers declare what Glibc's module declares. All give -1 and
// errno on failure.
int clinux_make_epoll(void);
int clinux_make_timer(void);
// The same by a clock that counts the time in which the machine was suspended (CLOCK_BOOTTIME).
int clinux_make_boot_timer(void);
// Watches a descriptor for being readable.
int clinux_watch(int epoll, int descriptor, uint64_t tag);
// Waits, and gives the number of readable descriptors; their tags are in `tags`, at most 16.
int clinux_wait(int epoll, uint64_t tags[16]);
// Sets a timer to a time of CLOCK_MONOTONIC in nanoseconds; 0 switches it off.
int clinux_set_timer(int timer, uint64_t nanoseconds);

// Sets the M_TRIM_THRESHOLD of mallopt(3), in octets. Gives 0 when the allocator has none.
int clinux_set_trim_threshold(int octets);

#endif
