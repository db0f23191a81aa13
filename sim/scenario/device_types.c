/*
 * How the values of the keys that belong to one model of device become fields
 * of struct disk_config, and those of a file's lock and cache of struct
 * file_config.
 */

#include <stddef.h>
#include <string.h>

#include "sim/scenario/device_keys.h"

#define SEEK_MS_MAX 10000.0

/* The first `count` of names, or -1 with an error that lists them all. */
static int
choose_word(const struct key *key, const char *text, const char *const *names,
    int count, GError **error)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], text) == 0)
			return (i);
	value_fail(text, key->type->form, error);
	return (-1);
}

static bool
parse_disk_model(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct disk_config *disk = object;
	int model;

	(void)directory;
	model =
	    choose_word(key, text, disk_model_names, DISK_MODEL_COUNT, error);
	disk->model = (enum disk_model)MAX(model, 0);
	return (model >= 0);
}

static bool
parse_hdd_preset(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct disk_config *disk = object;
	const struct hdd_preset *preset;

	(void)directory;
	for (preset = hdd_presets; preset->name != NULL; preset++)
		if (strcmp(preset->name, text) == 0) {
			disk->hdd = preset->config;
			return (true);
		}
	return (value_fail(text, key->type->form, error));
}

static bool
parse_ssd_preset(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct disk_config *disk = object;
	const struct ssd_preset *preset;

	(void)directory;
	for (preset = ssd_presets; preset->name != NULL; preset++)
		if (strcmp(preset->name, text) == 0) {
			disk->ssd = preset->config;
			return (true);
		}
	return (value_fail(text, key->type->form, error));
}

static bool
parse_curve_preset(const struct key *key, const char *text,
    const char *directory, void *object, GError **error)
{
	struct disk_config *disk = object;
	const struct curve_preset *preset;

	(void)directory;
	for (preset = curve_presets; preset->name != NULL; preset++)
		if (strcmp(preset->name, text) == 0) {
			disk->curve = preset->config;
			return (true);
		}
	return (value_fail(text, key->type->form, error));
}

static bool
parse_curve(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	g_auto(GStrv) values = NULL;
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;
	struct rate_table table = {0, {0}};
	struct disk_config *disk = object;

	(void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	if (inside != NULL && strcmp(word, "rates") == 0)
		values = value_list(inside);
	if (values == NULL || g_strv_length(values) == 0 ||
	    g_strv_length(values) > CURVE_POINTS_MAX)
		return (value_fail(text, key->type->form, error));
	for (; values[table.count] != NULL; table.count++)
		if (!value_quantity(&quantity_rate, values[table.count],
			key->low, key->high, &table.rates[table.count], error))
			return (false);
	if (key->offset == offsetof(struct disk_config, curve.read))
		disk->curve.write.count = 0;
	memcpy((char *)object + key->offset, &table, sizeof(table));
	return (true);
}

static bool
parse_members(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct disk_config *disk = object;

	(void)directory;
	disk->member_names = value_list(text);
	if (g_strv_length(disk->member_names) >= 2)
		return (true);
	return (value_fail(text, key->type->form, error));
}

static bool
parse_amplification(const struct key *key, const char *text,
    const char *directory, void *object, GError **error)
{
	struct disk_config *disk = object;

	(void)key, (void)directory;
	return (value_real(
	    text, 1, 100, "1.5", &disk->ssd.write_amplification, error));
}

static bool
parse_file_lock(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	static const char *const names[] = {
	    [LOCK_NONE] = "none",
	    [LOCK_UFS] = "ufs",
	    [LOCK_ZFS] = "zfs",
	};
	struct file_config *file = object;
	int lock;

	(void)directory;
	lock = choose_word(key, text, names, G_N_ELEMENTS(names), error);
	file->lock = (enum file_lock)MAX(lock, 0);
	return (lock >= 0);
}

static bool
parse_file_cache(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct file_config *file = object;
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;

	(void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	if (inside != NULL && strcmp(word, "hit") == 0) {
		file->cache = CACHE_RATIO;
		return (
		    value_real(inside, 0, 1, "0.9", &file->hit_ratio, error));
	}
	file->cache = strcmp(text, "lru") == 0 ? CACHE_LRU : CACHE_NONE;
	if (file->cache == CACHE_NONE && strcmp(text, "none") != 0)
		return (value_fail(text, key->type->form, error));
	return (true);
}

/* Tracks of its own: the preset's table of zones does not hold any more. */
static bool
parse_hdd_tracks(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct disk_config *disk = object;

	if (!type_integer.parse(key, text, directory, object, error))
		return (false);
	if (disk->hdd.zone_count > 0 && disk->hdd.outer_sectors == 0)
		disk->hdd.outer_sectors = disk->hdd.zones[0].sectors;
	if (disk->hdd.zone_count > 0 && disk->hdd.inner_sectors == 0)
		disk->hdd.inner_sectors =
		    disk->hdd.zones[disk->hdd.zone_count - 1].sectors;
	disk->hdd.zone_count = 0;
	return (true);
}

static bool
parse_hdd_seek(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct disk_config *disk = object;
	struct hdd_seek seek = {SEEK_LEE, {0}};
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;
	g_auto(GStrv) values = NULL;
	guint i, count;

	(void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	if (strcmp(word, "two_piece") == 0)
		seek.form = SEEK_TWO_PIECE;
	count = seek.form == SEEK_LEE ? 3 : 6;
	if (inside != NULL)
		values = value_list(inside);
	if (values == NULL || g_strv_length(values) != count ||
	    (seek.form == SEEK_LEE && strcmp(word, "lee") != 0))
		return (value_fail(text, key->type->form, error));
	for (i = 0; i < count; i++)
		if (!value_real(
			values[i], 0, SEEK_MS_MAX, "8.5", &seek.p[i], error))
			return (false);
	disk->hdd.seek = seek;
	return (true);
}

static bool
parse_hdd_scheduler(const struct key *key, const char *text,
    const char *directory, void *object, GError **error)
{
	static const char *const names[] = {
	    [HDD_FIFO] = "fifo",
	    [HDD_ELEVATOR] = "elevator",
	    [HDD_SPTF] = "sptf",
	};
	struct disk_config *disk = object;
	int scheduler;

	(void)directory;
	scheduler = choose_word(key, text, names, G_N_ELEMENTS(names), error);
	disk->hdd.scheduler = (enum hdd_scheduler)MAX(scheduler, 0);
	return (scheduler >= 0);
}

const char *const disk_model_names[] = {
    [DISK_STATION] = "station",
    [DISK_HDD] = "hdd",
    [DISK_SSD] = "ssd",
    [DISK_NVME] = "nvme",
    [DISK_CURVE] = "curve",
    [DISK_STRIPE] = "stripe",
    [DISK_MIRROR] = "mirror",
    [DISK_RAID5] = "raid5",
};
G_STATIC_ASSERT(G_N_ELEMENTS(disk_model_names) == DISK_MODEL_COUNT);

const struct key_type type_disk_model = {
    "station | hdd | ssd | nvme | curve | stripe | mirror | raid5",
    parse_disk_model, NULL};
const struct key_type type_hdd_preset = {
    "constellation-es | 7k4000 | deskstar-7k500 | ultrastar-146z10 | "
    "ultrastar-c15k600 | cheetah-9lp | atlas-10k | cheetah-4lp | atlas-iii | "
    "barracuda | ibm-18es | hp-c3323a | hp-c2490a | hp-c2247a | st41601n | "
    "dec-rz26 | hp-97560",
    parse_hdd_preset, NULL};
const struct key_type type_hdd_tracks = {
    "integer", parse_hdd_tracks, &quantity_integer};
const struct key_type type_hdd_seek = {
    "lee(ONE,AVERAGE,FULL) | two_piece(ONE,FROM,A,B,C,D)", parse_hdd_seek,
    NULL};
const struct key_type type_hdd_scheduler = {
    "fifo | elevator | sptf", parse_hdd_scheduler, NULL};
const struct key_type type_ssd_preset = {
    "850-pro | p3700 | 9100-max | p4800x | 970-evo | mqsim", parse_ssd_preset,
    NULL};
const struct key_type type_amplification = {
    "number from 1 to 100", parse_amplification, NULL};
const struct key_type type_curve_preset = {
    "griffon | edel", parse_curve_preset, NULL};
const struct key_type type_curve = {"rates(OF 1,OF 2,...)", parse_curve, NULL};
const struct key_type type_members = {
    "names of two or more disks, such as ada0, ada1", parse_members, NULL};
const struct key_type type_file_lock = {
    "none | ufs | zfs", parse_file_lock, NULL};
const struct key_type type_file_cache = {
    "none | lru | hit(SHARE)", parse_file_cache, NULL};
