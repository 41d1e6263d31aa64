// Linux headers, structs and calls that Swift's Glibc module does not offer. Headers of Glibc itself
// stay out: what two modules declare, Swift finds in neither.
#ifndef CLINUX_H
#define CLINUX_H

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

// Names the calling thread; the kernel keeps 15 octets.
void clinux_name_thread(const char *name);

// Moves the calling thread into the network namespace whose file is at `path`. Gives 0 or errno.
int clinux_enter_network_namespace(const char *path);

#endif
