/*
 * Checks of disks that concern several keys, volumes with their members, and
 * where the files lie.
 */

#include "sim/device/hdd_geometry.h"
#include "sim/scenario/device_keys.h"
#include "sim/scenario/scenario_parts.h"

/* Lee and Katz's curve exists only where the average is not far from what the
 * ends suggest. */
static bool
check_hdd(const struct ini_section *section, const struct disk_config *disk,
    GError **error)
{
	const struct ini_entry *entry = ini_entry(section, "seek");
	const double *p = disk->hdd.seek.p;
	int64_t d;

	if (disk->hdd.seek.form == SEEK_LEE &&
	    -10 * p[0] + 15 * p[1] - 5 * p[2] < 0)
		return (ini_fail(error,
		    entry != NULL ? entry->where : section->where,
		    "[%s] seek: no curve of this form has this average; raise "
		    "it, or give two_piece(...)",
		    section->title));
	for (d = 1; d < disk->hdd.cylinders; d *= 2)
		if (hdd_seek_ns(&disk->hdd, d) < 0)
			return (ini_fail(error,
			    entry != NULL ? entry->where : section->where,
			    "[%s] seek: the time for %" G_GINT64_FORMAT
			    " cylinders is below 0; check the parameters",
			    section->title, d));
	return (true);
}

/* Members stand above their volume, so that no volume is its own member. */
static bool
add_member(const struct ini *ini, const struct ini_section *section,
    struct disk_config *disk, const char *name, GError **error)
{
	g_autofree char *title = g_strdup_printf("disk %s", name);
	const struct ini_section *member = ini_find(ini, title);
	const struct ini_entry *entry = ini_entry(section, "members");
	uint32_t number;
	guint i;

	if (member == NULL || member->index >= section->index)
		return (ini_fail(error, entry->where,
		    "[%s] members: there is no [disk %s] above this section; "
		    "add it there",
		    section->title, name));
	number = (uint32_t)member->index;
	for (i = 0; i < disk->members->len; i++)
		if (g_array_index(disk->members, uint32_t, i) == number)
			return (ini_fail(error, entry->where,
			    "[%s] members: '%s' is given twice; remove one",
			    section->title, name));
	g_array_append_val(disk->members, number);
	return (true);
}

static bool
check_volume(const struct ini *ini, const struct ini_section *section,
    struct disk_config *disk, GError **error)
{
	char **name;

	disk->members = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	for (name = disk->member_names; *name != NULL; name++)
		if (!add_member(ini, section, disk, *name, error))
			return (false);
	if (disk->model == DISK_RAID5 && disk->members->len < 3)
		return (ini_fail(error, ini_entry(section, "members")->where,
		    "[%s] members: raid5 needs three disks or more",
		    section->title));
	return (true);
}

bool
device_check(const struct ini *ini, const struct ini_section *section,
    struct disk_config *disk, GError **error)
{
	switch (disk->model) {
	case DISK_STATION:
	case DISK_SSD:
	case DISK_NVME:
	case DISK_CURVE:
		return (true);
	case DISK_HDD:
		return (check_hdd(section, disk, error));
	case DISK_STRIPE:
	case DISK_MIRROR:
	case DISK_RAID5:
		return (check_volume(ini, section, disk, error));
	case DISK_MODEL_COUNT:
		break;
	}
	g_assert_not_reached();
}

int64_t
device_capacity(const struct scenario *scenario, const struct disk_config *disk)
{
	int64_t least = INT64_MAX, shares = 1, held;
	guint i;

	if (disk->model == DISK_HDD)
		return (hdd_capacity(&disk->hdd));
	for (i = 0; disk->members != NULL && i < disk->members->len; i++) {
		held = device_capacity(scenario,
		    scenario->disks
			->pdata[g_array_index(disk->members, uint32_t, i)]);
		least = MIN(least, held);
	}
	if (disk->model == DISK_STRIPE)
		shares = disk->members->len;
	else if (disk->model == DISK_RAID5)
		shares = disk->members->len - 1;
	if (disk->model == DISK_STRIPE || disk->model == DISK_RAID5)
		least = least / disk->stripe * disk->stripe;
	return (least > INT64_MAX / shares ? INT64_MAX : least * shares);
}

bool
device_lay_out_files(
    const struct ini *ini, const struct scenario *scenario, GError **error)
{
	g_autofree int64_t *used = g_new0(int64_t, scenario->disks->len + 1);
	const struct disk_config *disk;
	struct file_config *file;
	int64_t capacity;
	guint i;

	for (i = 0; i < scenario->files->len; i++) {
		file = scenario->files->pdata[i];
		/* A raw disk is all of it; pipes and sockets lie on none. */
		if (file->kind == FILE_RAWDISK || file->disk_index < 0)
			continue;
		disk = scenario->disks->pdata[file->disk_index];
		capacity = device_capacity(scenario, disk);
		file->start = used[file->disk_index];
		if (file->size > capacity - file->start) {
			g_autofree char *held =
			    quantity_format(&quantity_size, capacity);
			g_autofree char *title =
			    g_strdup_printf("file %s", file->name);

			return (ini_fail(error, ini_find(ini, title)->where,
			    "[file %s] does not fit on [disk %s], which holds "
			    "%s; make 'size' smaller",
			    file->name, disk->name, held));
		}
		used[file->disk_index] += file->size;
	}
	return (true);
}
