/*
 * The host's error numbers and the kernels' names for them.
 */

#include <errno.h>

#include "sim/host_errno.h"
#include "tests/suite.h"

static void
every_name_has_a_number_and_comes_back(void)
{
	int name;

	CU_ASSERT(host_errno_number(KE_OK) == 0);
	for (name = KE_OK + 1; name < KE_ERRNO_COUNT; name++) {
		int number = host_errno_number((enum kernel_errno)name);

		CU_ASSERT(number > 0);
		CU_ASSERT(host_errno_name(number) == (enum kernel_errno)name);
	}
}

static void
a_quota_is_no_space_and_the_unknown_is_eio(void)
{
	CU_ASSERT(host_errno_name(EDQUOT) == KE_ENOSPC);
	CU_ASSERT(host_errno_name(ELOOP) == KE_EIO);
	CU_ASSERT(host_errno_name(0) == KE_OK);
}

int
main(void)
{
	const struct rule rules[] = {
	    RULE(every_name_has_a_number_and_comes_back),
	    RULE(a_quota_is_no_space_and_the_unknown_is_eio),
	};

	return (RUN_RULES("host errno", rules));
}
