/*
 * Both directions get the policy; what they share stays linear, up to the
 * larger of the two bandwidths in the platform.
 */

#include "sim/simgrid_curve.h"

#include <algorithm>

#include <simgrid/s4u/Disk.hpp>

using simgrid::s4u::Disk;

bool
simgrid_curve_set(sg_disk_t disk, simgrid_curve *curve, const void *context)
{
	disk->set_sharing_policy(Disk::Operation::READ,
	    Disk::SharingPolicy::NONLINEAR, [curve, context](double, int n) {
		    return curve(context, false, std::max(n, 1));
	    });
	disk->set_sharing_policy(Disk::Operation::WRITE,
	    Disk::SharingPolicy::NONLINEAR, [curve, context](double, int n) {
		    return curve(context, true, std::max(n, 1));
	    });
	return true;
}
