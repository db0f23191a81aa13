/*
 * Sockets of the program, for the modelled kernel's soaiods: whether their
 * buffers are ready, and attempts that do not wait.
 *
 * The model is told of a buffer when the socket is opened, before each
 * submission, after each attempt, and, while requests wait for it, when the
 * host's epoll tells a thread of ours.  All but socket_attempt() want the lock.
 */

#ifndef SIM_POSIX_SOCKET_H
#define SIM_POSIX_SOCKET_H

#include "sim/posix/engine.h"

/* One open socket, of however many descriptors. */
struct host_socket {
	int fd;          /* ours, or the program's where we could get none */
	bool is_ours;    /* … and to be closed */
	uint32_t device; /* its number in the model, never used again */
	uint32_t slot;
	uint32_t references; /* descriptors */
	bool nonblocking;    /* as the model was last told */
	bool registered;     /* with epoll */
	uint32_t watched;    /* mask of 1 << enum kernel_direction */
	struct host_buffer {
		bool ready;          /* as the model was last told */
		bool changed;        /* since the attempt under way began */
		uint32_t unfinished; /* requests */
	} buffers[2];
};

/* A socket that AIO meets, with a descriptor of it, ours or the program's. Says
 * in `file` what the model is to know of it. */
struct host_socket *socket_open(
    int fd, bool is_ours, int flags, struct kernel_file *file);
void socket_hold(struct host_socket *s);
/* The last one closes the descriptor, if it is ours. */
void socket_release(struct host_socket *s);
/* It has another descriptor of ours now; the old one is still open. */
void socket_moved(struct host_socket *s, int fd);

/* Before a request is submitted: false if there are not the means to wait for
 * the socket. */
bool socket_prepare(struct host_socket *s, enum kernel_direction direction);
/* A request was accepted, or is finished. */
void socket_accepted(const struct request *request);
void socket_finished(const struct request *request);

/* A request's socket, or NULL. */
static inline struct host_socket *
socket_of(const struct request *request)
{
	return (
	    request->descriptor != NULL ? request->descriptor->socket : NULL);
}

enum kernel_direction socket_direction(const struct request *request);
/* Moves what can be moved at once, after `done_bytes` of earlier attempts. */
struct socket_outcome {
	int64_t bytes;
	int error; /* the host's */
	bool would_block;
};
void socket_attempt_begins(struct request *request);
struct socket_outcome socket_attempt(
    const struct request *request, int fd, int64_t done_bytes);
/* Whether the buffer is ready now that the attempt is over. */
bool socket_attempt_over(
    struct request *request, const struct socket_outcome *outcome);

/* In the child of a fork, before descriptors are forgotten. */
void sockets_forget(void);

#endif
