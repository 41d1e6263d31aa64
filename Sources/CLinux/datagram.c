#define _GNU_SOURCE
#include "CLinux.h"

#include <endian.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// After the headers of Glibc, whose types they lean on.
#include <linux/errqueue.h>

static void split(const struct in6_addr *address, uint64_t *high, uint64_t *low) {
  memcpy(high, address->s6_addr, 8);
  memcpy(low, address->s6_addr + 8, 8);
  *high = be64toh(*high);
  *low = be64toh(*low);
}

// The control messages are the only place where the kernel tells how a datagram arrived, and the
// macros that walk over them have no form in Swift.
static void read_control(struct msghdr *message, struct clinux_arrival *arrival) {
  struct cmsghdr *header;
  for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    const size_t size = header->cmsg_len - CMSG_LEN(0);
    const void *data = CMSG_DATA(header);
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO &&
        size >= sizeof(struct in_pktinfo)) {
      struct in_pktinfo info;
      memcpy(&info, data, sizeof info);
      arrival->destination_low = ntohl(info.ipi_addr.s_addr);
      arrival->interface_index = (uint32_t)info.ipi_ifindex;
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO &&
               size >= sizeof(struct in6_pktinfo)) {
      struct in6_pktinfo info;
      memcpy(&info, data, sizeof info);
      split(&info.ipi6_addr, &arrival->destination_high, &arrival->destination_low);
      arrival->interface_index = info.ipi6_ifindex;
    } else if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPNS &&
               size >= sizeof(struct timespec)) {
      struct timespec time;
      memcpy(&time, data, sizeof time);
      arrival->received_at = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
    } else if (size >= sizeof(int) &&
               ((header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_TTL) ||
                (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_HOPLIMIT))) {
      int value;
      memcpy(&value, data, sizeof value);
      arrival->time_to_live = (uint8_t)value;
    }
  }
}

union source {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static void read_source(const union source *source, struct clinux_arrival *arrival) {
  memset(arrival, 0, sizeof *arrival);
  if (source->any.sa_family == AF_INET6) {
    arrival->is_ipv6 = 1;
    arrival->source_port = ntohs(source->v6.sin6_port);
    split(&source->v6.sin6_addr, &arrival->source_high, &arrival->source_low);
  } else {
    arrival->source_port = ntohs(source->v4.sin_port);
    arrival->source_low = ntohl(source->v4.sin_addr.s_addr);
  }
}

long clinux_receive(int socket, void *buffer, unsigned long capacity,
                    struct clinux_arrival *arrival) {
  union source source;
  _Alignas(struct cmsghdr) char control[256];
  struct iovec vector = {.iov_base = buffer, .iov_len = capacity};
  struct msghdr message = {.msg_name = &source,
                           .msg_namelen = sizeof source,
                           .msg_iov = &vector,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  const ssize_t length = recvmsg(socket, &message, MSG_DONTWAIT);
  if (length < 0) return -errno;
  read_source(&source, arrival);
  read_control(&message, arrival);
  return (long)length;
}

int clinux_receive_error(int socket, struct clinux_arrival *arrival) {
  union source destination;
  _Alignas(struct cmsghdr) char control[512];
  char octets[64];
  struct iovec vector = {.iov_base = octets, .iov_len = sizeof octets};
  struct msghdr message = {.msg_name = &destination,
                           .msg_namelen = sizeof destination,
                           .msg_iov = &vector,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  if (recvmsg(socket, &message, MSG_DONTWAIT | MSG_ERRQUEUE) < 0) return 0;
  read_source(&destination, arrival);
  struct cmsghdr *header;
  for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    const int is_error =
        (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
        (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
    if (!is_error || header->cmsg_len < CMSG_LEN(sizeof(struct sock_extended_err))) continue;
    struct sock_extended_err error;
    memcpy(&error, CMSG_DATA(header), sizeof error);
    return (int)error.ee_errno;
  }
  return EIO;
}

int clinux_filter_echo_replies(int socket, int is_ipv6) {
  int result;
  if (is_ipv6) {
    struct icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
    result = setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
  } else {
    // struct icmp_filter and ICMP_FILTER of <linux/icmp.h>: a bit for each type that is kept out, and
    // an echo reply is type 0.
    const uint32_t filter = ~1U;
    result = setsockopt(socket, SOL_RAW, 1, &filter, sizeof filter);
  }
  return result == 0 ? 0 : errno;
}
