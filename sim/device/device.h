/*
 * Devices: what passes between the model of one and the driver.
 *
 * A model is one const table of functions in one file of this directory.  It
 * decides in which order I/Os are served and how long each takes; it knows no
 * clock, world, recorder or file, and reaches them only by the functions at the
 * end of this page, which sim/device.c implements.  So that a model is the same
 * in every virtual world, only device_transfer() is the world's.
 *
 * An I/O is a job's, a part of another I/O (a stripe's member), or the device's
 * own (what a write cache puts onto the medium).  From device_submit() to
 * device_end() it belongs to its device's model.
 *
 * Times are int64 nanoseconds, sizes and offsets bytes on the device.
 */

#ifndef SIM_DEVICE_DEVICE_H
#define SIM_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/kernel.h"
#include "sim/scenario/scenario.h"

struct device;
struct driver;
struct fault;
struct io;
struct vnode;

/* How long a request takes at its device before any transfer, and what it
 * comes to.  Both are preset when the set-up's outcome hook is called: the time
 * to the station's latency, and to 0 for other models, which add it to what
 * they compute. */
#define OUTCOME_NEVER INT64_MAX
struct outcome {
	int64_t service_ns; /* NEVER: it hangs; not at a disk */
	struct kernel_service_result result;
};

enum io_kind { IO_READ, IO_WRITE, IO_FLUSH };

/* What is to happen when the time that an I/O waits for has passed. */
enum io_stage {
	IO_AT_DEVICE, /* its model goes on */
	IO_ENDING,    /* it is over */
	IO_HELD,      /* by a fault, before the world gets it */
};

/* Called when an I/O that is no job's is over.  It is freed after that. */
typedef void io_done(struct io *io);

struct io {
	uint32_t index; /* its name for the agenda and the world */
	uint32_t job;   /* or KERNEL_NOBODY */

	/* From here on 0 in a new one. */
#define io_startzero device
	/* NULL where none is needed: aio_mlock, and files such as pipes, whose
	 * data come from elsewhere. */
	struct device *device;
	enum io_kind kind;
	enum io_stage stage;
	int64_t offset_bytes, bytes;
	const struct fault *fault; /* that the operation meets, or NULL */
	bool killed;               /* its disk has died: it takes no time now */
	bool drawn;                /* it has a name for its random draws */
	uint32_t parts;            /* its own parts that are not over */
	io_done *done;             /* of an I/O that is no job's */
	struct io *parent;         /* of a part */
	/* Of a job's, while it is with a file that has a lock or a cache. */
	struct vnode *vnode;
	/* The model's own, while it holds the I/O. */
	unsigned phase;
	uint32_t place, unit;
	int64_t mark_ns;
	/* From here on for whoever uses it to fill in. */
#define io_endzero sequence
	uint64_t sequence; /* of its arrival: it decides ties of its end */
	struct outcome outcome;
	uint64_t object, number; /* the name of its draws */
	int64_t entered_ns;      /* when it came to `vnode` */
	void *owner;             /* whatever `done` may need */
	uint32_t member;         /* of the parent's, that the part is for */
	uint32_t thread;         /* HELD: whom the world is to serve it for */
	struct io *next;         /* in a line */
};

/* I/Os in order of arrival. */
struct io_line {
	struct io *first, *last;
	int64_t count;
};

struct device_model {
	const char *name; /* as [disk] model = writes it */

	/* Channels, or whatever else can be busy: utilization is of these. */
	int64_t (*servers)(const struct disk_config *config);
	/* Optional: makes and frees device->state. */
	void (*create)(struct device *device);
	void (*destroy)(struct device *device);
	/* Optional: what outcome.service_ns is preset to. */
	int64_t (*latency)(struct device *device, const struct io *io);
	/* An I/O arrives.  It may end at once. */
	void (*arrive)(struct device *device, struct io *io);
	/* The time asked for with device_wait() has passed. */
	void (*elapsed)(struct device *device, struct io *io);
	/* The bytes given to device_transfer() are moved; may be NULL in a
	 * model that never calls it. */
	void (*moved)(struct device *device, struct io *io);
};

struct device {
	uint32_t number; /* in the scenario's disks */
	const struct disk_config *config;
	const struct device_model *model;
	struct driver *driver;
	void *state;          /* the model's */
	bool shared;          /* its bandwidth is the world's to share */
	int64_t busy;         /* servers; the model keeps it */
	struct io_line line;  /* waiting; the model keeps it */
	struct stream stream; /* for draws; the object is set for each */
};

extern const struct device_model device_station, device_hdd;
extern const struct device_model device_ssd, device_nvme, device_curve;
extern const struct device_model device_stripe, device_mirror, device_raid5;

const struct device_model *device_model_of(enum disk_model model);

static inline void
io_line_append(struct io_line *line, struct io *io)
{
	io->next = NULL;
	if (line->first == NULL)
		line->first = io;
	else
		line->last->next = io;
	line->last = io;
	line->count++;
}

/* NULL if the line is empty. */
static inline struct io *
io_line_take(struct io_line *line)
{
	struct io *io = line->first;

	if (io != NULL) {
		line->first = io->next;
		io->next = NULL;
		line->count--;
	}
	return (io);
}

/* Takes out an I/O that is behind `before`, or the first if that is NULL. */
static inline void
io_line_remove(struct io_line *line, struct io *before, struct io *io)
{
	if (before == NULL)
		line->first = io->next;
	else
		before->next = io->next;
	if (line->last == io)
		line->last = before;
	io->next = NULL;
	line->count--;
}

/* ---- What a model may call -------------------------------------------- */

int64_t device_now(const struct device *device);
/* Calls elapsed() for the I/O `ns` >= 0 from now, later if the disk stalls, at
 * once if it is dead.  One wait at a time. */
void device_wait(struct device *device, struct io *io, int64_t ns);
/* Has the world move the I/O's bytes > 0; moved() is called later. */
void device_transfer(struct device *device, struct io *io);
/* For the record: the device begins on the I/O; so many wait for it now, and
 * `busy` may have changed. */
void device_begins(struct device *device, struct io *io);
void device_changed(struct device *device, int64_t waiting);
/* Whether the disk stalls or is dead now: then nothing ends at once. */
bool device_is_faulty(const struct device *device);
/* What the I/O comes to is settled: a dead disk fails it.  device_end() does
 * that too; a model calls it before, if it begins another I/O before. */
void device_settle(struct io *io);
/* The I/O is over, and gone with this call; whoever waits for it is told, from
 * inside arrive() a little later. */
void device_end(struct io *io);

/* A new I/O that is no job's, to be filled in and submitted. */
struct io *device_new_io(struct driver *d);
void device_submit(struct device *device, struct io *io);
/* Another device of the scenario: a volume's member. */
struct device *device_by_number(struct driver *d, uint32_t number);

#endif
