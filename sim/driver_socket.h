/*
 * Sockets of a run, for whoever moves bytes on the other side of them: opening
 * one, changing it at a time to come, and being told what its owner does.
 */

#ifndef SIM_DRIVER_SOCKET_H
#define SIM_DRIVER_SOCKET_H

#include <stdint.h>

#include "sim/socket.h"

struct driver;
struct file_config;

/* An open and empty socket, as a scenario's [file] describes it. */
struct socket_config socket_of_file(const struct file_config *file);

/* Opens a socket as descriptor `fd` of the process, which must be free.
 * Returns the socket's number in the run. */
uint32_t driver_open_socket(struct driver *driver, uint32_t process, int fd,
    const struct socket_config *config);
const struct socket *driver_socket(
    const struct driver *driver, uint32_t socket);

enum socket_event_kind {
	SOCKET_RECEIVES,      /* `bytes` come into the receive buffer */
	SOCKET_PEER_FINISHES, /* … and no more will */
	SOCKET_DRAINS,        /* `bytes`, or all, leave the send buffer */
	SOCKET_CLOSES,        /* nothing can be sent any more */
};

struct socket_event {
	int64_t at_ns;
	uint32_t socket;
	enum socket_event_kind kind;
	int64_t bytes;
};

/* Puts the event onto the agenda, for now or later; of one time they happen in
 * the order of the calls.  May be called from a watcher. */
void driver_schedule_socket_event(
    struct driver *driver, const struct socket_event *event);

/* Both hooks are optional, and may not change the run but by scheduling. */
struct socket_watcher {
	/* The owner has put bytes into the send buffer. */
	void (*entered)(
	    void *context, int64_t now_ns, uint32_t socket, int64_t bytes);
	/* The owner has taken bytes out of the receive buffer. */
	void (*taken)(
	    void *context, int64_t now_ns, uint32_t socket, int64_t bytes);
};

void driver_watch_socket(struct driver *driver, uint32_t socket,
    const struct socket_watcher *watcher, void *context);

#endif
