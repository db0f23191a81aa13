/*
 * The keys of each model of device.
 */

#include "sim/scenario/device_keys.h"

#include <stddef.h>
#include <string.h>

#define S INT64_C(1000000000)
#define TIME_MAX (INT64_C(1000000000) * S)
#define SIZE_MAX_BYTES (INT64_C(1) << 60)

#define OF(member) offsetof(struct disk_config, member)

static const char preset[] = "by preset";

const struct key device_keys[] = {
    {"disk station", "channels", &type_integer, OF(channels), 1, 65536, "1",
	NULL, "Requests that it serves at the same time."},
    {"disk station", "latency", &type_latency, OF(latency), 0, TIME_MAX, "0s",
	NULL,
	"Time per request, before the transfer; or what each took in the "
	"recording that is replayed."},
    {"disk station", "bandwidth", &type_rate, OF(bandwidth), 1, SIZE_MAX_BYTES,
	NULL, "no limit",
	"Rate of transfer, shared by the requests in transfer."},
    {"disk station", "channel_bandwidth", &type_rate, OF(channel_bandwidth), 1,
	SIZE_MAX_BYTES, NULL, "no limit",
	"Rate of transfer of each channel, instead of bandwidth."},
    {"disk station", "queue_depth", &type_integer, OF(queue_depth), 1, 1000000,
	"32", NULL,
	"Requests inside the device at once; the rest wait before it."},
    {"disk station", "fsync", &type_time, OF(fsync_ns), 0, TIME_MAX, "0s", NULL,
	"Time of a flush."},
    {"disk station", "platform_disk", &type_name, OF(platform_disk), 0, 0, NULL,
	"its own name", "Its name in the platform file; only with [platform]."},

    /* The single parameters follow it, since they override it. */
    {"disk hdd", "preset", &type_hdd_preset, 0, 0, 0, "constellation-es", NULL,
	"A drive whose parameters those that are not given come from."},
    {"disk hdd", "queue_depth", &type_integer, OF(queue_depth), 1, 100000, "32",
	NULL, "Commands inside the drive, among which the scheduler chooses."},
    {"disk hdd", "scheduler", &type_hdd_scheduler, 0, 0, 0, "elevator", NULL,
	"Order of the commands: of arrival, one way by block, or the shortest "
	"positioning first."},
    {"disk hdd", "rpm", &type_integer, OF(hdd.rpm), 60, 100000, NULL, preset,
	"Revolutions a minute."},
    {"disk hdd", "heads", &type_integer, OF(hdd.heads), 1, 256, NULL, preset,
	"Surfaces."},
    {"disk hdd", "cylinders", &type_hdd_tracks, OF(hdd.cylinders), 1, 4000000,
	NULL, preset, "Tracks of a surface."},
    {"disk hdd", "outer_sectors", &type_hdd_tracks, OF(hdd.outer_sectors), 1,
	1000000, NULL, preset, "Sectors of 512 bytes on the outermost track."},
    {"disk hdd", "inner_sectors", &type_hdd_tracks, OF(hdd.inner_sectors), 1,
	1000000, NULL, preset,
	"The same on the innermost track; in even zones between."},
    {"disk hdd", "seek", &type_hdd_seek, 0, 0, 0, NULL, preset,
	"Time of a seek in ms: of one cylinder, on average, in full; or ONE, "
	"then A + B sqrt(d) below FROM cylinders, C + D d from there on."},
    {"disk hdd", "head_switch", &type_time, OF(hdd.head_switch_ns), 0, S, NULL,
	preset, "Selecting another head of the same cylinder."},
    {"disk hdd", "write_settle", &type_time, OF(hdd.write_settle_ns), 0, S,
	NULL, preset, "What a move takes longer before a write."},
    {"disk hdd", "track_skew", &type_time, OF(hdd.track_skew_ns), 0, S, NULL,
	preset, "How much later the next track of a cylinder begins."},
    {"disk hdd", "cylinder_skew", &type_time, OF(hdd.cylinder_skew_ns), 0, S,
	NULL, preset, "The same for the next cylinder."},
    {"disk hdd", "overhead", &type_time, OF(hdd.overhead_ns), 0, S, NULL,
	preset, "Of a command, beside what the arm does for others."},
    {"disk hdd", "interface", &type_rate, OF(hdd.interface), 1, SIZE_MAX_BYTES,
	NULL, preset, "Rate between host and buffer."},
    {"disk hdd", "segments", &type_integer, OF(hdd.segments), 0, 256, NULL,
	preset, "Sequential streams that the read buffer can hold."},
    {"disk hdd", "read_ahead", &type_size, OF(hdd.read_ahead), 0,
	INT64_C(1) << 40, NULL, preset,
	"How far an idle arm reads on behind a read."},
    {"disk hdd", "write_cache", &type_size, OF(hdd.write_cache), 0,
	INT64_C(1) << 40, NULL, preset,
	"Data written but not on the medium; 0: writes go through."},

    {"disk ssd", "preset", &type_ssd_preset, 0, 0, 0, "850-pro", NULL,
	"A drive whose parameters those that are not given come from."},
    {"disk ssd", "queue_depth", &type_integer, OF(queue_depth), 1, 100000, "32",
	NULL, "Commands inside the drive; one interface for both directions."},
    {"disk nvme", "preset", &type_ssd_preset, 0, 0, 0, "p3700", NULL,
	"A drive whose parameters those that are not given come from."},
    {"disk nvme", "queue_depth", &type_integer, OF(queue_depth), 1, 100000,
	"128", NULL, "Commands inside the drive; an interface each way."},
    {"disk ssd nvme", "channels", &type_integer, OF(ssd.channels), 1, 4096,
	NULL, preset, "Channels between controller and dies."},
    {"disk ssd nvme", "dies", &type_integer, OF(ssd.dies), 1, 4096, NULL,
	preset, "Dies of each channel; each does one thing at a time."},
    {"disk ssd nvme", "page", &type_size, OF(ssd.page), 512, 1 << 30, NULL,
	preset, "What a die reads or programs at once."},
    {"disk ssd nvme", "read", &type_times, OF(ssd.read), 0, S, NULL, preset,
	"Time of a die to read a page."},
    {"disk ssd nvme", "program", &type_times, OF(ssd.program), 0, S, NULL,
	preset, "Time of a die to program a page."},
    {"disk ssd nvme", "erase", &type_times, OF(ssd.erase), 0, S, NULL, preset,
	"Time of a die to erase a block."},
    {"disk ssd nvme", "block_pages", &type_integer, OF(ssd.block_pages), 1,
	1 << 30, NULL, preset, "Programs of a die from one erase to the next."},
    {"disk ssd nvme", "write_amplification", &type_amplification, 0, 0, 0, NULL,
	preset, "Programs for each page written, with what is moved."},
    {"disk ssd nvme", "channel_bandwidth", &type_rate,
	OF(ssd.channel_bandwidth), 1, SIZE_MAX_BYTES, NULL, preset,
	"Rate of each channel."},
    {"disk ssd nvme", "interface", &type_rate, OF(ssd.interface), 1,
	SIZE_MAX_BYTES, NULL, preset, "Rate between host and drive."},
    {"disk ssd nvme", "command", &type_time, OF(ssd.command_ns), 0, S, NULL,
	preset, "Time that each command keeps the interface busy."},
    {"disk ssd nvme", "read_overhead", &type_time, OF(ssd.read_overhead_ns), 0,
	S, NULL, preset, "What controller and host add to a read."},
    {"disk ssd nvme", "write_overhead", &type_time, OF(ssd.write_overhead_ns),
	0, S, NULL, preset, "What they add to a write."},
    {"disk ssd nvme", "write_cache", &type_size, OF(ssd.write_cache), 0,
	INT64_C(1) << 40, NULL, preset,
	"Data written but not programmed; 0: writes wait for the dies."},

    {"disk curve", "preset", &type_curve_preset, 0, 0, 0, "griffon", NULL,
	"Measured curves, for those that are not given."},
    {"disk curve", "queue_depth", &type_integer, OF(queue_depth), 1, 1000000,
	"1000", NULL, "Operations at work at once; the rest wait before it."},
    {"disk curve", "read_curve", &type_curve, OF(curve.read), 1, SIZE_MAX_BYTES,
	NULL, preset,
	"Rate of 1, 2, ... reads together; the last holds for more."},
    {"disk curve", "write_curve", &type_curve, OF(curve.write), 1,
	SIZE_MAX_BYTES, NULL, "by preset, or as read_curve",
	"The same for writes."},

    {"disk stripe mirror raid5", "members", &type_members, 0, 0, 0, NULL, NULL,
	"The disks that it is made of; raid5 needs three."},
    {"disk stripe raid5", "stripe", &type_size, OF(stripe), 512,
	INT64_C(1) << 40, "64k", NULL,
	"How much lies on one member before the next one's turn."},
    {NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL},
};

/* What the section says, even if there is no such model. */
static const char *
model_of(const struct ini_section *section)
{
	const struct ini_entry *entry = ini_entry(section, "model");

	return (entry != NULL ? entry->value : disk_model_names[DISK_STATION]);
}

bool
device_key_goes_with(const struct key *key, const struct ini_section *section)
{
	g_auto(GStrv) words = g_strsplit(key->section, " ", -1);

	return (
	    g_strv_contains((const char *const *)words + 1, model_of(section)));
}

bool
device_key_check(const struct ini_section *section,
    const struct ini_entry *entry, GError **error)
{
	g_autoptr(GString) models = g_string_new(NULL);
	g_autofree char *shown = ini_clip(model_of(section));
	const struct key *key;

	if (strcmp(section->type, "disk") != 0)
		return (true);
	for (key = device_keys; key->section != NULL; key++) {
		if (strcmp(key->name, entry->key) != 0)
			continue;
		if (device_key_goes_with(key, section))
			return (true);
		g_string_append(models, key->section + strlen("disk"));
	}
	/* Of a model that does not exist, `model` itself is told. */
	if (models->len == 0 || strstr(type_disk_model.form, shown) == NULL)
		return (true);
	return (ini_fail(error, entry->where,
	    "[%s] '%s' does not go with model = %s, only with:%s; remove it",
	    section->title, entry->key, shown, models->str));
}
