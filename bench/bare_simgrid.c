/*
 * A bare SimGrid program of the yardstick with a shared transfer: four actors,
 * each sleeping an exponential millisecond and then reading 4 KiB from one
 * disk, over and over.  No queue, no limit, nothing recorded.
 *
 * usage: bare_simgrid COUNT
 */

#define _GNU_SOURCE
#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/disk.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const char platform[] =
    "<?xml version='1.0'?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\"><zone id=\"z\" routing=\"Full\">"
    "<host id=\"h\" speed=\"1Gf\">"
    "<disk id=\"d\" read_bw=\"500MiBps\" write_bw=\"500MiBps\"/>"
    "</host></zone></platform>\n";

static unsigned long left;
static sg_disk_t disk;

static void
client(int argc, char **argv)
{
	unsigned state = (unsigned)strtoul(argv[1], NULL, 10);

	(void)argc;
	while (left > 0) {
		left--;
		sg_actor_sleep_for(
		    -1e-3 * log((rand_r(&state) + 1.0) / (RAND_MAX + 2.0)));
		sg_disk_read(disk, 4096);
	}
}

int
main(int argc, char **argv)
{
	char path[32], number[8];
	sg_host_t *hosts;
	sg_disk_t *disks;
	unsigned disk_count;
	int fd, i;

	simgrid_init(&argc, argv);
	left = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	fd = memfd_create("platform", 0);
	if (write(fd, platform, sizeof(platform) - 1) !=
	    (ssize_t)sizeof(platform) - 1)
		return (1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	simgrid_load_platform(path);
	hosts = sg_host_list();
	sg_host_get_disks(hosts[0], &disk_count, &disks);
	disk = disks[0];
	for (i = 0; i < 4; i++) {
		const char *arguments[] = {"client", number, NULL};

		snprintf(number, sizeof(number), "%d", i + 1);
		sg_actor_create_("client", hosts[0], client, 2, arguments);
	}
	simgrid_run();
	printf("%.3f s\n", simgrid_get_clock());
	return (0);
}
