/*
 * Making an empty scenario, and freeing one with all its objects.
 */

#include "sim/fault.h"
#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/values.h"

static void
disk_free(void *data)
{
	struct disk_config *disk = data;

	value_distribution_clear(&disk->latency);
	value_distribution_clear(&disk->ssd.read);
	value_distribution_clear(&disk->ssd.program);
	value_distribution_clear(&disk->ssd.erase);
	g_strfreev(disk->member_names);
	if (disk->members != NULL)
		g_array_unref(disk->members);
	g_free(disk->name);
	g_free(disk->platform_disk);
	g_free(disk);
}

static void
file_free(void *data)
{
	struct file_config *file = data;

	value_distribution_clear(&file->data_after);
	g_free(file->name);
	g_free(file->disk);
	g_free(file->peer);
	g_free(file);
}

static void
process_free(void *data)
{
	struct process_config *process = data;

	value_distribution_clear(&process->think);
	value_distribution_clear(&process->size);
	g_free(process->name);
	g_free(process->file);
	g_free(process->trace);
	g_free(process);
}

static void
link_free(void *data)
{
	struct link_config *link = data;

	g_free(link->name);
	g_free(link);
}

static void
peer_free(void *data)
{
	struct peer_config *peer = data;

	value_distribution_clear(&peer->sends);
	value_distribution_clear(&peer->think);
	g_free(peer->name);
	g_free(peer->route.link);
	g_free(peer->route.host);
	g_free(peer);
}

static void
traffic_free(void *data)
{
	struct traffic_config *traffic = data;

	value_distribution_clear(&traffic->think);
	g_free(traffic->name);
	g_free(traffic->route.link);
	g_free(traffic->route.host);
	g_free(traffic);
}

static void
sysctl_clear(void *data)
{
	struct sysctl_setting *setting = data;

	g_free(setting->node);
	g_free(setting->where);
}

static void
axis_clear(void *data)
{
	struct sweep_axis *axis = data;

	g_free(axis->key);
	g_strfreev(axis->values);
}

struct scenario *
scenario_new(const char *path)
{
	struct scenario *scenario;

	scenario = g_new0(struct scenario, 1);
	scenario->path = g_strdup(path);
	scenario->stem = scenario_stem(path);
	scenario->disks = g_ptr_array_new_with_free_func(disk_free);
	scenario->files = g_ptr_array_new_with_free_func(file_free);
	scenario->processes = g_ptr_array_new_with_free_func(process_free);
	scenario->faults = g_ptr_array_new_with_free_func(fault_free);
	scenario->links = g_ptr_array_new_with_free_func(link_free);
	scenario->peers = g_ptr_array_new_with_free_func(peer_free);
	scenario->traffics = g_ptr_array_new_with_free_func(traffic_free);
	scenario->sysctls =
	    g_array_new(FALSE, FALSE, sizeof(struct sysctl_setting));
	g_array_set_clear_func(scenario->sysctls, sysctl_clear);
	scenario->notes = g_ptr_array_new_with_free_func(g_free);
	scenario->sweep = g_array_new(FALSE, FALSE, sizeof(struct sweep_axis));
	g_array_set_clear_func(scenario->sweep, axis_clear);
	return (scenario);
}

void
scenario_free(struct scenario *scenario)
{
	if (scenario == NULL)
		return;
	g_clear_pointer(&scenario->notes, g_ptr_array_unref);
	g_array_unref(scenario->sweep);
	g_array_unref(scenario->sysctls);
	g_ptr_array_unref(scenario->traffics);
	g_ptr_array_unref(scenario->peers);
	g_ptr_array_unref(scenario->links);
	g_clear_pointer(&scenario->faults, g_ptr_array_unref);
	g_ptr_array_unref(scenario->processes);
	g_ptr_array_unref(scenario->files);
	g_ptr_array_unref(scenario->disks);
	g_free(scenario->host);
	g_free(scenario->platform);
	g_free(scenario->kernel);
	g_free(scenario->question);
	g_free(scenario->stem);
	g_free(scenario->path);
	g_free(scenario);
}
