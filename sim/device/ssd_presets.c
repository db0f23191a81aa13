/*
 * Flash devices, fitted to what reviews and makers published: latencies at one
 * and at many outstanding, rates, write rates after the cache.  How a figure
 * divides into die, channel, interface and controller is our choice; the number
 * of dies is what the latency at depth 16 asks for.
 */

#include "sim/device/config.h"

#define US(x) ((x)*1000.0)
#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define CONSTANT(us)                                   \
	{                                              \
		DISTRIBUTION_CONSTANT, US(us), 0, NULL \
	}
#define SPREAD(us, sigma)                                   \
	{                                                   \
		DISTRIBUTION_LOGNORMAL, US(us), sigma, NULL \
	}

const struct ssd_preset ssd_presets[] = {
    {"850-pro", "Samsung 850 PRO, SATA: ratings 10k and 100k reads/s",
	{.channels = 8,
	    .dies = 8,
	    .page = 8 * KIB,
	    .read = SPREAD(55, 0.1),
	    .program = SPREAD(600, 0.1),
	    .erase = CONSTANT(3500),
	    .block_pages = 256,
	    .write_amplification = 1,
	    .channel_bandwidth = 400000000,
	    .interface = 550000000,
	    .command_ns = 2550,
	    .read_overhead_ns = 24800,
	    .write_overhead_ns = 17800,
	    .write_cache = 16 * MIB}},
    {"p3700", "Intel P3700 800 GB, NVMe: AnandTech 11209",
	{.channels = 12,
	    .dies = 2,
	    .page = 64 * KIB,
	    .read = SPREAD(38, 0.12),
	    .program = SPREAD(800, 0.1),
	    .erase = CONSTANT(3000),
	    .block_pages = 256,
	    .write_amplification = 1,
	    .channel_bandwidth = 400000000,
	    .interface = 2800000000,
	    .command_ns = 700,
	    .read_overhead_ns = 27500,
	    .write_overhead_ns = 15000,
	    .write_cache = 16 * MIB}},
    {"9100-max", "Micron 9100 MAX 2.4 TB, NVMe: AnandTech 11209",
	{.channels = 16,
	    .dies = 8,
	    .page = 16 * KIB,
	    .read = SPREAD(75, 0.04),
	    .program = SPREAD(1600, 0.1),
	    .erase = CONSTANT(3000),
	    .block_pages = 256,
	    .write_amplification = 1,
	    .channel_bandwidth = 400000000,
	    .interface = 3000000000,
	    .command_ns = 1200,
	    .read_overhead_ns = 20000,
	    .write_overhead_ns = 15000,
	    .write_cache = 16 * MIB}},
    {"p4800x", "Intel Optane P4800X 375 GB, NVMe: AnandTech 11209",
	{.channels = 7,
	    .dies = 16,
	    .page = 4 * KIB,
	    .read = SPREAD(5.0, 0.05),
	    .program = CONSTANT(5),
	    .erase = CONSTANT(0),
	    .block_pages = 65536,
	    .write_amplification = 1,
	    .channel_bandwidth = 0,
	    .interface = 2500000000,
	    .command_ns = 0,
	    .read_overhead_ns = 2260,
	    .write_overhead_ns = 2300,
	    .write_cache = 0}},
    {"970-evo", "Samsung 970 EVO 2 TB, NVMe: 15k and 500k reads/s",
	{.channels = 8,
	    .dies = 16,
	    .page = 16 * KIB,
	    .read = SPREAD(50, 0.1),
	    .program = SPREAD(1600, 0.1),
	    .erase = CONSTANT(4000),
	    .block_pages = 512,
	    .write_amplification = 1,
	    .channel_bandwidth = 800000000,
	    .interface = 3500000000,
	    .command_ns = 830,
	    .read_overhead_ns = 9500,
	    .write_overhead_ns = 18000,
	    .write_cache = 64 * MIB}},
    {"mqsim", "MQSim as shipped: 75 us reads, 750 us programs, no cache",
	{.channels = 8,
	    .dies = 3,
	    .page = 8 * KIB,
	    .read = CONSTANT(75),
	    .program = CONSTANT(750),
	    .erase = CONSTANT(3800),
	    .block_pages = 1 << 30,
	    .write_amplification = 1,
	    .channel_bandwidth = 333000000,
	    .interface = 4000000000,
	    .command_ns = 0,
	    .read_overhead_ns = 0,
	    .write_overhead_ns = 0,
	    .write_cache = 0}},
    {NULL, NULL, {0}},
};
