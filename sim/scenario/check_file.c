/*
 * What a [file] section must and must not have, by its kind.
 */

#include "sim/scenario/scenario_parts.h"

static bool
check_rawdisk_keys(const struct ini_section *section,
    const struct file_config *file, GError **error)
{
	static const char *const of_disks[] = {
	    "block_size", "iosize_max", "unmapped"};
	const struct ini_entry *entry;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(of_disks); i++) {
		entry = ini_entry(section, of_disks[i]);
		if (entry != NULL && file->kind != FILE_RAWDISK)
			return (ini_fail(error, entry->where,
			    "[%s] '%s' goes only with kind = rawdisk; remove "
			    "it",
			    section->title, of_disks[i]));
	}
	return (true);
}

/* Pipes and the like lie on no disk; all other files need one. */
bool
scenario_check_file(
    const struct ini *ini, struct file_config *file, GError **error)
{
	const struct ini_section *section =
	    scenario_section(ini, "file", file->name);
	const struct ini_entry *disk = ini_entry(section, "disk");
	const struct ini_entry *data_after = ini_entry(section, "data_after");

	if (!check_rawdisk_keys(section, file, error))
		return (false);
	file->disk_index = -1;
	if (file->kind == FILE_SOCKET)
		return (true);
	if (!file_waits_for_data(file)) {
		if (data_after != NULL)
			return (ini_fail(error, data_after->where,
			    "[%s] 'data_after' goes only with kind = pipe, "
			    "fifo or tty; remove it",
			    section->title));
		if (disk == NULL)
			return (ini_fail(error, section->where,
			    "[%s] the key 'disk' is missing: the [disk] that "
			    "it lies on",
			    section->title));
		return (scenario_resolve(
		    ini, section, "disk", &file->disk_index, error));
	}
	if (disk == NULL)
		return (true);
	return (ini_fail(error, disk->where,
	    "[%s] this kind of file lies on no disk; remove 'disk'",
	    section->title));
}
