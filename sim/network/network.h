/*
 * The network of a run: to each socket of a process a connection with a peer of
 * its own, over the peer's link; and other traffic on the links.
 *
 * The sending side keeps bytes until they are acknowledged, and sends no more
 * than the other side has announced room for: a slow reader fills its own
 * buffer, then the sender's, then stops the sender.  Each connection has one
 * segment at a time on a link, so that connections share its bandwidth equally;
 * latency comes after that, and segments overtake nothing.
 */

#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include <glib.h>

#include "sim/record/recorder.h"
#include "sim/scenario/scenario.h"

struct driver;
struct recorder;
struct network;

/* Borrows all; the driver's run must be over before network_free(). */
struct network *network_new(const struct scenario *scenario,
    struct driver *driver, struct recorder *recorder);
void network_free(struct network *n);

/* Opens the socket of a process, whose [file] is one, as descriptor `fd`; its
 * peer begins when the process does.  `name` is that of the instance. */
void network_connect(struct network *n, uint32_t process, const char *name,
    int fd, const struct process_config *config);

/* After the run. */
void network_count(
    const struct network *n, uint32_t process, struct network_counts *counts);
/* NULL, or what does not add up: a bug of ours.  To be freed. */
char *network_violation(const struct network *n);

#endif
