/*
 * What a fault does to a request on its way through a device, in every world
 * and for every model of a device.
 *
 *	EIO …	the request holds its channel for its latency, moves nothing
 *	short	only so many bytes move
 *	delay	the latency is so much longer
 *	stall	the disk begins and ends nothing: what would, does so at the
 *		end of the stall
 *	dies	what arrives, waits, or would end now fails without taking time
 *
 * Volumes do not make up for a member that fails: a part's error is the
 * whole's.  What the cache serves alone meets its request's faults, not the
 * disk's.
 *
 * Where the world does the I/O itself the file is not touched for a request
 * that fails, and one that is delayed is handed on later.
 */

#include "sim/driver_impl.h"
#include "sim/fault.h"

/* The job that the I/O is for, or NOBODY. */
static uint32_t
job_of(const struct io *io)
{
	while (io->job == KERNEL_NOBODY && io->parent != NULL)
		io = io->parent;
	return (io->job);
}

/* What no job waits for is not for the record. */
static void
strike(struct driver *d, const struct fault *fault, uint32_t job)
{
	const GPtrArray *faults = d->setup.scenario->faults;
	guint number;

	if (job == KERNEL_NOBODY)
		return;
	for (number = 0; faults->pdata[number] != fault; number++)
		;
	recorder_strike(d->recorder, d->now_ns, number, job);
}

static int
disk_of(const struct io *io)
{
	return (io->device != NULL ? (int)io->device->number : -1);
}

void
fault_request(
    struct driver *d, struct io *io, const struct kernel_job_info *job)
{
	io->fault = faults_of_operation(d->faults, operation_of(job->tag));
	if (io->fault == NULL)
		return;
	strike(d, io->fault, io->job);
	io->bytes = fault_bytes(io->fault, io->bytes);
}

void
fault_outcome(struct io *io)
{
	const struct fault *fault = io->fault;
	struct outcome *outcome = &io->outcome;

	if (fault == NULL)
		return;
	/* A recording may say less, or another error, where this one is none.
	 */
	outcome->result.bytes = MIN(outcome->result.bytes, io->bytes);
	if (fault->error != KE_OK)
		outcome->result.error = fault->error;
	if (outcome->service_ns != OUTCOME_NEVER)
		outcome->service_ns += fault->delay_ns;
}

void
fault_result(
    struct driver *d, uint32_t job, struct kernel_service_result *result)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, job);
	const struct fault *fault;

	fault = faults_of_operation(d->faults, operation_of(info->tag));
	if (fault != NULL)
		result->bytes = MIN(result->bytes,
		    fault_bytes(fault, (int64_t)info->size_bytes));
	fault =
	    faults_of_disk(d->faults, (int)info->device, FAULT_DIES, d->now_ns);
	if (fault == NULL)
		return;
	strike(d, fault, job);
	result->bytes = 0;
	result->error = fault->error;
}

bool
fault_is_on(const struct driver *d, const struct device *device)
{
	int disk = (int)device->number;

	return (
	    faults_of_disk(d->faults, disk, FAULT_STALL, d->now_ns) != NULL ||
	    faults_of_disk(d->faults, disk, FAULT_DIES, d->now_ns) != NULL);
}

int64_t
fault_holds_for(struct driver *d, const struct io *io)
{
	const struct fault *fault;

	fault = faults_of_disk(d->faults, disk_of(io), FAULT_STALL, d->now_ns);
	if (fault == NULL)
		return (0);
	strike(d, fault, job_of(io));
	return (fault->from_ns + fault->for_ns - d->now_ns);
}

bool
fault_kills(struct driver *d, struct io *io)
{
	const struct fault *fault;

	if (io->killed)
		return (true);
	fault = faults_of_disk(d->faults, disk_of(io), FAULT_DIES, d->now_ns);
	if (fault == NULL)
		return (false);
	strike(d, fault, job_of(io));
	io->outcome.service_ns = 0;
	io->outcome.result.bytes = 0;
	io->outcome.result.error = fault->error;
	io->killed = true;
	return (true);
}
