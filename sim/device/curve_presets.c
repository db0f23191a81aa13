/*
 * SimGrid's disk tutorial: aggregate rates fitted to runs of fio on Grid'5000
 * with direct I/O, for 1 to 15 operations at once, in 10^6 bytes a second as
 * SimGrid's authors use them.  That two writes on Griffon are half as fast as
 * one comes from a line fitted to more than two; the authors warn of it.
 */

#include "sim/device/config.h"

#define R(mb) (int64_t)((mb)*1e6 + 0.5)

const struct curve_preset curve_presets[] = {
    {"griffon", "SATA II disks of Grid'5000's Griffon",
	{.read = {15,
	     {R(66.6308), R(64.9327), R(63.2346), R(61.5365), R(59.8384),
		 R(58.1403), R(56.4423), R(54.7442), R(53.0461), R(51.3480),
		 R(49.6499), R(47.9518), R(46.2537), R(44.5556), R(42.8575)}},
	    .write = {15,
		{R(49.4576), R(26.5981), R(27.7486), R(28.8991), R(30.0495),
		    R(31.2000), R(32.3505), R(33.5010), R(34.6515), R(35.8019),
		    R(36.9524), R(38.1029), R(39.2534), R(40.4038),
		    R(41.5543)}}}},
    {"edel", "SSDs of Grid'5000's Edel",
	{.read = {15,
	     {R(150.5119), R(167.4377), R(182.2945), R(195.1004), R(205.8671),
		 R(214.1301), R(220.4110), R(224.6343), R(227.7141),
		 R(230.6843), R(233.0923), R(235.2027), R(236.8369),
		 R(238.0249), R(238.7515)}},
	    .write = {15,
		{R(132.2771), R(170.1740), R(170.1370), R(170.1000),
		    R(170.0630), R(170.0260), R(169.9889), R(169.9519),
		    R(169.9149), R(169.8779), R(169.8408), R(169.8038),
		    R(169.7668), R(169.7298), R(169.6927)}}}},
    {NULL, NULL, {{0, {0}}, {0, {0}}}},
};
