/*
 * The sysctl nodes under kern: their table, reading and writing.  A value that
 * does not fit the other limit is refused with EINVAL (sysctl_aio_listio_max,
 * sysctl_aio_max).
 */

#include <assert.h>

#include "model/netbsd/netbsd.h"

const struct kernel_tunable netbsd_tunables[NETBSD_TUNABLE_COUNT] = {
    [AIO_LISTIO_MAX] = {"kern.aio_listio_max", TUNABLE_INT, true, 512, false,
	"requests",
	"Requests of one process that wait in its queue, beyond it EAGAIN; "
	"also the longest list of lio_listio and aio_suspend."},
    [AIO_MAX] = {"kern.aio_max", TUNABLE_INT, true, 8192, false, "requests",
	"Requests that wait in queues, over the whole system; beyond it "
	"EAGAIN.  Those being served do not count."},
    [POSIX_AIO] = {"kern.posix_aio", TUNABLE_INT, false, 200112, false,
	"version", "The POSIX version of the AIO option; a constant."},
};

void
netbsd_sysctl_set(struct kernel *k, int tunable, int64_t value)
{
	netbsd(k)->tunables[tunable] = value;
}

int64_t
netbsd_sysctl_get(const struct kernel *k, int tunable)
{
	return (netbsd_const(k)->tunables[tunable]);
}

static enum kernel_errno
check_value(const struct netbsd *k, enum netbsd_tunable tunable, int64_t value)
{
	switch (tunable) {
	case AIO_LISTIO_MAX:
		return (value >= 1 && value <= k->tunables[AIO_MAX]
			? KE_OK
			: KE_EINVAL);
	case AIO_MAX:
		return (value >= 1 && value >= k->tunables[AIO_LISTIO_MAX]
			? KE_OK
			: KE_EINVAL);
	case POSIX_AIO:
		return (KE_EPERM);
	case NETBSD_TUNABLE_COUNT:
		break;
	}
	assert(!"a tunable of the table");
	return (KE_EINVAL);
}

void
netbsd_call_sysctl(struct netbsd *k, struct user_thread *u)
{
	enum kernel_errno error;

	error =
	    check_value(k, (enum netbsd_tunable)u->call.tunable, u->call.value);
	if (error == KE_OK)
		netbsd_sysctl_set(&k->base, u->call.tunable, u->call.value);
	netbsd_return(k, u, error == KE_OK ? 0 : -1, error);
}
