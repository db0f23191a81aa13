/*
 * What a world that does the I/O itself has to tell the driver, and to ask of
 * it, beside what all worlds do (driver.h).
 */

#ifndef SIM_DRIVER_REAL_H
#define SIM_DRIVER_REAL_H

#include "sim/driver.h"

/* Before the run: as the set-up has them, or NULL. */
const struct real_options *driver_real_options(const struct driver *driver);
/* Before the run: opens a socket as descriptor `fd` of the process, as `config`
 * has it, by the world's connect().  False, with an error, if it cannot. */
bool driver_connect(struct driver *driver, uint32_t process, int fd,
    const struct process_config *config, GError **error);
/* After the run: by the world's count(). */
void driver_count_network(const struct driver *driver, uint32_t process,
    struct network_counts *counts);

/* The world has begun on a job that serve() gave it. */
void driver_began(struct driver *driver, int64_t now_ns, uint32_t job);
/* A socket's buffer has become ready. */
void driver_socket_is_ready(struct driver *driver, int64_t now_ns,
    uint32_t socket, enum kernel_direction direction);
/* How long a read of a pipe or the like is to wait for its data; 0 of other
 * jobs, OUTCOME_NEVER if for ever. */
int64_t driver_data_after(const struct driver *driver, uint32_t job);
/* The peer of a process got the reply to what it asked at `asked_ns`. */
void driver_responded(
    struct driver *driver, int64_t now_ns, uint32_t process, int64_t asked_ns);
/* Whether the world may have something to report without being asked (at
 * first it has not), and how many of its jobs will never end as things are.  A
 * run in which only these are left has stalled. */
void driver_expects(struct driver *driver, bool something, uint32_t hanging);

#endif
