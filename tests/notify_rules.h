/*
 * Requests with notifications.
 */

#ifndef TESTS_NOTIFY_RULES_H
#define TESTS_NOTIFY_RULES_H

#include "tests/kernel_rig.h"
#include "tests/suite.h"

#define SIGNO 70
#define VALUE UINT64_C(0xfeedface12345678)

static inline struct kernel_request
notified_read(uint32_t cb, enum kernel_notify notify, unsigned flags)
{
	struct kernel_request request = rig_request(cb, KERNEL_OP_READ);

	request.sigev.notify = notify;
	request.sigev.signo = SIGNO;
	request.sigev.kq = KQUEUE_FD;
	request.sigev.flags = flags;
	request.sigev.value = VALUE;
	return (request);
}

static inline void
submit_notified(struct rig *r, uint32_t t, uint32_t cb,
    enum kernel_notify notify, unsigned flags)
{
	CU_ASSERT_EQUAL_FATAL(
	    rig_submit(r, t, KERNEL_AIO_READ, notified_read(cb, notify, flags))
		.error,
	    KE_OK);
}

static inline void
begin(struct rig *r, uint32_t *t)
{
	rig_begin(r, "freebsd-12.2");
	*t = rig_process(r);
}

static inline struct kernel_call
notified_list(struct rig *r, uint32_t t, enum kernel_notify notify)
{
	struct kernel_call call = rig_list(r, t, KERNEL_LIO_NOWAIT, 3);

	call.cb = 1234;
	call.sigev.notify = notify;
	call.sigev.signo = SIGNO;
	call.sigev.kq = KQUEUE_FD;
	call.sigev.value = VALUE;
	return (call);
}

#endif
