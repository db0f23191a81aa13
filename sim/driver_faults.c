/*
 * What a fault does to a request on its way through a device, in every world.
 *
 *	EIO …	the request holds its channel for its latency, moves nothing
 *	short	only so many bytes move
 *	delay	the latency is so much longer
 *	stall	the disk begins and ends nothing: what would, does so at the
 *		end of the stall
 *	dies	what arrives, waits, or would end now fails without taking time
 *
 * Where the world does the I/O itself the file is not touched for a request
 * that fails, and one that is delayed is handed on later.
 */

#include "sim/driver_impl.h"
#include "sim/fault.h"

static void
strike(struct driver *d, const struct fault *fault, uint32_t job)
{
	const GPtrArray *faults = d->setup.scenario->faults;
	guint number;

	for (number = 0; faults->pdata[number] != fault; number++)
		;
	recorder_strike(d->recorder, d->now_ns, number, job);
}

static int
disk_of(const struct service *service)
{
	return (service->device != NULL ? (int)service->device->number : -1);
}

void
fault_request(struct driver *d, struct service *service,
    const struct kernel_job_info *job)
{
	service->fault = faults_of_operation(d->faults, operation_of(job->tag));
	if (service->fault == NULL)
		return;
	strike(d, service->fault, service->job);
	service->bytes = fault_bytes(service->fault, service->bytes);
}

void
fault_outcome(struct service *service)
{
	const struct fault *fault = service->fault;
	struct outcome *outcome = &service->outcome;

	if (fault == NULL)
		return;
	/* A recording may say less, or another error, where this one is none.
	 */
	outcome->result.bytes = MIN(outcome->result.bytes, service->bytes);
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
fault_stalls(const struct driver *d, const struct service *service)
{
	return (faults_of_disk(d->faults, disk_of(service), FAULT_STALL,
		    d->now_ns) != NULL);
}

int64_t
fault_holds_for(struct driver *d, const struct service *service)
{
	const struct fault *fault;

	fault =
	    faults_of_disk(d->faults, disk_of(service), FAULT_STALL, d->now_ns);
	if (fault == NULL)
		return (0);
	strike(d, fault, service->job);
	return (fault->from_ns + fault->for_ns - d->now_ns);
}

bool
fault_kills(struct driver *d, struct service *service)
{
	const struct fault *fault;

	if (service->killed)
		return (true);
	fault =
	    faults_of_disk(d->faults, disk_of(service), FAULT_DIES, d->now_ns);
	if (fault == NULL)
		return (false);
	strike(d, fault, service->job);
	service->bytes = 0;
	service->outcome.service_ns = 0;
	service->outcome.result.bytes = 0;
	service->outcome.result.error = fault->error;
	service->killed = true;
	return (true);
}
