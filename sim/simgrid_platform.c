/*
 * Where SimGrid's platform comes from.  Without a [platform] it is one host
 * with the scenario's disks, and its links to hosts for the routes' ends.  A
 * user's file is first loaded by a child process, since SimGrid answers a
 * mistake in it by aborting.
 */

#define _GNU_SOURCE /* memfd_create */

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <simgrid/engine.h>
#include <xbt/config.h>
#include <xbt/log.h>

#include "sim/apart.h"
#include "sim/device/curve.h"
#include "sim/scenario/routes.h"
#include "sim/simgrid_curve.h"
#include "sim/simgrid_platform.h"
#include "sim/simgrid_routes.h"
#include "sim/world.h"

/*
 * SimGrid takes whole bytes off each transfer at each of its events.  Where the
 * platform is ours, disks and links count in parts of a byte, so that this
 * rounding does not add up.
 */
#define UNITS_PER_BYTE 1024

/* SimGrid's own, in bytes: by how much each link on a way weighs against its
 * latency, and the largest window. */
#define LV08_WEIGHT_S 20537
#define LV08_GAMMA 4194304

/*
 * CM02: links share their plain bandwidth.  LV08 is as SimGrid ships it, its
 * numbers those of TCP as measured on one cluster; the two of them that are in
 * bytes go by what our own links count in.
 */
static void
choose_network(const struct scenario *scenario)
{
	const double units = scenario->platform == NULL ? UNITS_PER_BYTE : 1;

	switch (scenario->network) {
	case NETWORK_CM02:
		sg_cfg_set_string("network/model", "CM02");
		sg_cfg_set_boolean("network/crosstraffic", "no");
		sg_cfg_set_double("network/TCP-gamma", 0);
		break;
	case NETWORK_LV08:
		sg_cfg_set_string("network/model", "LV08");
		sg_cfg_set_double("network/weight-S", LV08_WEIGHT_S * units);
		sg_cfg_set_double("network/TCP-gamma", LV08_GAMMA * units);
		break;
	}
}

static void
start_engine(const struct scenario *scenario, int stack_kib)
{
	char *argv[] = {(char[]) {"aiosim"}, NULL};
	int argc = 1;
	struct sigaction interrupt;

	/* SimGrid takes SIGINT for itself. */
	sigaction(SIGINT, NULL, &interrupt);
	simgrid_init(&argc, argv);
	sigaction(SIGINT, &interrupt, NULL);
	sg_cfg_set_int("contexts/stack-size", stack_kib);
	/* By default events within a nanosecond are taken for one. */
	sg_cfg_set_double("surf/precision", 1e-12);
	choose_network(scenario);
}

/* ---- A platform of our own -------------------------------------------- */

static bool
is_shared(const struct disk_config *disk)
{
	return (disk->bandwidth > 0 || disk->model == DISK_CURVE);
}

static double
rate_of(const void *context, bool write, int count)
{
	const struct disk_config *disk = context;

	return (curve_rate(&disk->curve, write, count) * UNITS_PER_BYTE);
}

static char *
own_platform(const struct scenario *scenario)
{
	GString *xml = g_string_new("<?xml version='1.0'?>\n"
				    "<!DOCTYPE platform SYSTEM "
				    "\"https://simgrid.org/simgrid.dtd\">\n"
				    "<platform version=\"4.1\">"
				    "<zone id=\"zone\" routing=\"Full\">"
				    "<host id=\"host\" speed=\"1Gf\">\n");
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	guint i;

	for (i = 0; i < scenario->disks->len; i++) {
		const struct disk_config *disk = scenario->disks->pdata[i];

		if (!is_shared(disk))
			continue;
		g_ascii_dtostr(text, sizeof(text),
		    (disk->model == DISK_CURVE ? curve_peak(&disk->curve)
					       : (double)disk->bandwidth) *
			UNITS_PER_BYTE);
		g_string_append_printf(xml,
		    "<disk id=\"%u\" read_bw=\"%sBps\" write_bw=\"%sBps\"/>\n",
		    i, text, text);
	}
	g_string_append(xml, "</host>\n");
	simgrid_routes_describe(scenario, UNITS_PER_BYTE, xml);
	g_string_append(xml, "</zone></platform>\n");
	return (g_string_free(xml, FALSE));
}

static bool
load_own(const struct scenario *scenario, GError **error)
{
	char *xml = own_platform(scenario), path[64];
	int fd = memfd_create("platform.xml", MFD_CLOEXEC);
	size_t length = strlen(xml);
	bool written = fd >= 0 && write(fd, xml, length) == (ssize_t)length;

	g_free(xml);
	if (written) {
		g_snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		simgrid_load_platform(path);
	} else {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "%s: cannot keep SimGrid's platform in memory: %s",
		    scenario->path, g_strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return (written);
}

/* ---- The user's ------------------------------------------------------- */

static int
try_in_child(void *context, FILE *out)
{
	const struct scenario *scenario = context;

	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(out), STDERR_FILENO);
	signal(SIGABRT, SIG_DFL);
	/* Messages alone: no date, no place in SimGrid's sources. */
	xbt_log_control_set("root.thres:error");
	xbt_log_control_set("root.fmt:%m%n");
	start_engine(scenario, 64);
	simgrid_load_platform(scenario->platform);
	simgrid_routes_try(scenario);
	return (0);
}

/* The line of SimGrid's complaint that says what is wrong, and where. */
static char *
complaint(const char *path, char *output)
{
	const char *known[] = {"Parse error at ", "Uncaught exception "};
	char *line = output + strspn(output, "\n");
	size_t i;

	line[strcspn(line, "\n")] = '\0';
	if (*line == '\0')
		return (g_strdup_printf("%s: SimGrid cannot read it", path));
	for (i = 0; i < G_N_ELEMENTS(known); i++)
		if (g_str_has_prefix(line, known[i]))
			line += strlen(known[i]);
	if (g_str_has_prefix(line, path))
		return (g_strdup(line));
	return (g_strdup_printf("%s: %s", path, line));
}

/* Whether SimGrid can load the file, found out in a child of this process. */
static bool
try_to_load(const struct scenario *scenario, GError **error)
{
	const char *path = scenario->platform;
	g_autoptr(GError) cause = NULL;
	GString *output;
	char *message;
	int status = -1;

	output = apart_run(
	    try_in_child, (void *)(uintptr_t)scenario, &status, &cause);
	if (output == NULL) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "%s: cannot try the file: %s", path, cause->message);
		return (false);
	}
	if (status != 0) {
		message = complaint(path, output->str);
		g_set_error_literal(
		    error, WORLD_ERROR, WORLD_ERROR_INPUT, message);
		g_free(message);
	}
	g_string_free(output, TRUE);
	return (status == 0);
}

/* What cannot be read at all gets a plainer message than SimGrid's. */
static bool
is_readable(const char *path, GError **error)
{
	FILE *file = fopen(path, "r");
	bool readable = file != NULL && (fgetc(file) != EOF || !ferror(file));

	if (!readable)
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT, "%s: %s",
		    path, g_strerror(errno));
	if (file != NULL)
		fclose(file);
	return (readable);
}

/* ---- The disks -------------------------------------------------------- */

/* The disk of that name on any host, or NULL with all names in `names`. */
static sg_disk_t
find_disk(const char *name, GString *names)
{
	sg_host_t *hosts = sg_host_list();
	sg_disk_t *disks, found = NULL;
	unsigned count, j;
	size_t i;

	for (i = 0; i < sg_host_count() && found == NULL; i++) {
		sg_host_get_disks(hosts[i], &count, &disks);
		for (j = 0; j < count && found == NULL; j++) {
			if (strcmp(sg_disk_get_name(disks[j]), name) == 0)
				found = disks[j];
			g_string_append_printf(names, "%s%s",
			    names->len > 0 ? ", " : "",
			    sg_disk_get_name(disks[j]));
		}
		free(disks);
	}
	free(hosts);
	return (found);
}

/* A disk of our own by its number, which is its name. */
static bool
find_own(struct simgrid_disk *disk, const struct scenario *scenario, guint i,
    GError **error)
{
	const struct disk_config *config = scenario->disks->pdata[i];
	GString *names = g_string_new(NULL);
	char number[16];

	g_snprintf(number, sizeof(number), "%u", i);
	disk->units_per_byte = UNITS_PER_BYTE;
	disk->disk = find_disk(number, names);
	g_string_free(names, TRUE);
	g_assert(disk->disk != NULL);
	if (config->model != DISK_CURVE ||
	    simgrid_curve_set(disk->disk, rate_of, config))
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
	    "%s: [disk %s]: this program was built without a C++ compiler, "
	    "which SimGrid's sharing by a curve needs; use --world heap",
	    scenario->path, config->name);
	return (false);
}

static bool
find_in_file(struct simgrid_disk *disk, const char *path, const char *name,
    GError **error)
{
	GString *names = g_string_new(NULL);

	disk->units_per_byte = 1;
	disk->disk = find_disk(name, names);
	if (disk->disk == NULL)
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: has no disk '%s'; it has: %s", path, name,
		    names->len > 0 ? names->str : "none");
	g_string_free(names, TRUE);
	if (disk->disk == NULL)
		return (false);
	if (sg_disk_read_bandwidth(disk->disk) > 0 &&
	    sg_disk_write_bandwidth(disk->disk) > 0)
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
	    "%s: disk '%s' needs a read_bw and a write_bw above 0", path, name);
	return (false);
}

static bool
find_disks(struct simgrid_platform *platform, const struct scenario *scenario,
    GError **error)
{
	bool found = true;
	guint i;

	for (i = 0; i < scenario->disks->len && found; i++) {
		const struct disk_config *config = scenario->disks->pdata[i];
		struct simgrid_disk *disk = &platform->disks[i];

		if (scenario->platform != NULL) {
			found = find_in_file(disk, scenario->platform,
			    config->platform_disk, error);
		} else if (is_shared(config)) {
			found = find_own(disk, scenario, i, error);
		}
	}
	return (found);
}

/* ---- Both ------------------------------------------------------------- */

bool
simgrid_platform_load(struct simgrid_platform *platform,
    const struct scenario *scenario, int stack_kib, GError **error)
{
	if (scenario->platform != NULL &&
	    (!is_readable(scenario->platform, error) ||
		!try_to_load(scenario, error)))
		return (false);
	xbt_log_control_set("root.thres:critical");
	start_engine(scenario, stack_kib);
	if (scenario->platform != NULL)
		simgrid_load_platform(scenario->platform);
	else if (!load_own(scenario, error))
		return (false);
	if (sg_host_count() == 0) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: has no host", scenario->platform);
		return (false);
	}
	platform->disks = g_new0(struct simgrid_disk, scenario->disks->len + 1);
	platform->link_units_per_byte =
	    scenario->platform == NULL ? UNITS_PER_BYTE : 1;
	return (simgrid_routes_find(platform, scenario, error) &&
	    find_disks(platform, scenario, error));
}

void
simgrid_platform_release(struct simgrid_platform *platform)
{
	g_free(platform->disks);
	g_free(platform->routes);
}
