/*
 * What must hold of the network of a scenario: routes that lead somewhere,
 * sockets with a peer, buffers that hold a segment, and clients that do not
 * send without end at an instant.
 */

#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/values.h"

/* The other end is reached over a [link], or over the platform. */
static bool
check_route(const struct ini *ini, const struct ini_section *section,
    const struct scenario *scenario, struct route_config *route, GError **error)
{
	const bool platform = scenario->platform != NULL;
	const char *wanted = platform ? "host" : "link";
	const char *other = platform ? "link" : "host";
	const struct ini_entry *entry = ini_entry(section, other);

	if (entry != NULL)
		return (ini_fail(error, entry->where, "[%s] '%s' %s; take '%s'",
		    section->title, other,
		    platform ? "does not go with a section [platform]"
			     : "goes only with a section [platform]",
		    wanted));
	if (ini_entry(section, wanted) == NULL)
		return (ini_fail(error, section->where,
		    "[%s] the key '%s' is missing: %s", section->title, wanted,
		    platform ? "its host in the platform file"
			     : "the [link] that leads to it"));
	return (platform ||
	    scenario_resolve(ini, section, "link", &route->link_index, error));
}

static bool
check_peer(const struct ini *ini, const struct scenario *scenario,
    struct peer_config *peer, GError **error)
{
	static const char *const of_clients[] = {"think", "reply", "requests"};
	const struct ini_section *section =
	    scenario_section(ini, "peer", peer->name);
	const struct ini_entry *entry;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(of_clients) && !peer->is_client; i++) {
		entry = ini_entry(section, of_clients[i]);
		if (entry != NULL)
			return (ini_fail(error, entry->where,
			    "[%s] '%s' goes only with 'sends'; remove it",
			    section->title, of_clients[i]));
	}
	if (peer->is_client && peer->reply == 0 &&
	    distribution_mean(&peer->think) == 0)
		return (ini_fail(error, ini_entry(section, "sends")->where,
		    "[%s] sends without a pause; set reply or think",
		    section->title));
	return (check_route(ini, section, scenario, &peer->route, error));
}

static bool
check_buffer(const struct ini_section *section, const char *key, int64_t size,
    const struct file_config *file, GError **error)
{
	const struct ini_entry *entry = ini_entry(section, key);

	if (size >= file->segment)
		return (true);
	return (ini_fail(error, entry != NULL ? entry->where : section->where,
	    "[%s] %s: less than a segment of [file %s], which is "
	    "%" G_GINT64_FORMAT " bytes; make it larger",
	    section->title, key, file->name, file->segment));
}

static bool
check_socket(const struct ini *ini, const struct scenario *scenario,
    struct file_config *file, GError **error)
{
	const struct ini_section *section =
	    scenario_section(ini, "file", file->name);
	const struct peer_config *peer;

	if (ini_entry(section, "disk") != NULL)
		return (ini_fail(error, ini_entry(section, "disk")->where,
		    "[%s] a socket lies on no disk; take 'peer'",
		    section->title));
	if (file->peer == NULL)
		return (ini_fail(error, section->where,
		    "[%s] the key 'peer' is missing: the [peer] that it is "
		    "connected to",
		    section->title));
	if (!scenario_resolve(ini, section, "peer", &file->peer_index, error))
		return (false);
	peer = scenario->peers->pdata[file->peer_index];
	if (file->send_lowat > file->send_buffer)
		return (ini_fail(error, section->where,
		    "[%s] send_lowat: more than the send_buffer holds; make it "
		    "smaller",
		    section->title));
	return (check_buffer(section, "receive_buffer", file->receive_buffer,
		    file, error) &&
	    check_buffer(scenario_section(ini, "peer", peer->name),
		"receive_buffer", peer->receive_buffer, file, error));
}

static bool
check_file(const struct ini *ini, const struct scenario *scenario,
    struct file_config *file, GError **error)
{
	static const char *const of_sockets[] = {"peer", "send_buffer",
	    "send_lowat", "receive_buffer", "segment", "nonblocking", "copy",
	    "copy_per_byte"};
	const struct ini_section *section =
	    scenario_section(ini, "file", file->name);
	const struct ini_entry *entry;
	size_t i;

	if (file->kind == FILE_SOCKET)
		return (check_socket(ini, scenario, file, error));
	for (i = 0; i < G_N_ELEMENTS(of_sockets); i++) {
		entry = ini_entry(section, of_sockets[i]);
		if (entry != NULL)
			return (ini_fail(error, entry->where,
			    "[%s] '%s' goes only with kind = socket; remove "
			    "it",
			    section->title, of_sockets[i]));
	}
	return (true);
}

static bool
check_traffic(const struct ini *ini, const struct scenario *scenario,
    struct traffic_config *traffic, GError **error)
{
	return (
	    check_route(ini, scenario_section(ini, "traffic", traffic->name),
		scenario, &traffic->route, error));
}

bool
scenario_check_network(
    const struct ini *ini, struct scenario *scenario, GError **error)
{
	const struct ini_section *host = ini_find(ini, "host");
	guint i;

	if (host != NULL && scenario->host != NULL &&
	    scenario->platform == NULL)
		return (ini_fail(error, ini_entry(host, "name")->where,
		    "[host] 'name' goes only with a section [platform]; remove "
		    "it"));
	for (i = 0; i < scenario->peers->len; i++)
		if (!check_peer(
			ini, scenario, scenario->peers->pdata[i], error))
			return (false);
	for (i = 0; i < scenario->traffics->len; i++)
		if (!check_traffic(
			ini, scenario, scenario->traffics->pdata[i], error))
			return (false);
	for (i = 0; i < scenario->files->len; i++)
		if (!check_file(
			ini, scenario, scenario->files->pdata[i], error))
			return (false);
	return (true);
}

/* The server reads a request at once: it must come in one segment. */
static bool
check_server(const struct ini_section *section, const struct file_config *file,
    const struct peer_config *peer, const struct process_config *process,
    GError **error)
{
	static const char *const own[] = {"read", "size"};
	const char *where = ini_entry(section, "serves")->where;
	int64_t largest = value_distribution_bound(&peer->sends);
	const struct ini_entry *entry;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(own); i++) {
		entry = ini_entry(section, own[i]);
		if (entry != NULL)
			return (ini_fail(error, entry->where,
			    "[%s] '%s' does not go with 'serves': the peer "
			    "decides; remove it",
			    section->title, own[i]));
	}
	if (process->arrival != ARRIVAL_CLOSED || process->depth != 1)
		return (ini_fail(error, where,
		    "[%s] serves: one thing after the other; set depth = 1",
		    section->title));
	if (!peer->is_client || peer->reply == 0)
		return (ini_fail(error, where,
		    "[%s] serves: [peer %s] needs 'sends' and 'reply'",
		    section->title, peer->name));
	if (largest == 0 || largest > file->segment)
		return (ini_fail(error, where,
		    "[%s] serves: the requests of [peer %s] must be bounded by "
		    "a segment, which is %" G_GINT64_FORMAT " bytes",
		    section->title, peer->name, file->segment));
	return (true);
}

bool
scenario_check_socket_process(const struct ini_section *section,
    const struct scenario *scenario, const struct process_config *process,
    GError **error)
{
	const struct file_config *file =
	    scenario->files->pdata[process->file_index];

	if (file->kind != FILE_SOCKET && process->serves)
		return (ini_fail(error, ini_entry(section, "serves")->where,
		    "[%s] 'serves' goes only with a socket; remove it",
		    section->title));
	if (file->kind != FILE_SOCKET)
		return (true);
	if (process->arrival == ARRIVAL_TRACE)
		return (ini_fail(error, ini_entry(section, "trace")->where,
		    "[%s] 'trace' does not go with a socket; take depth or "
		    "arrivals",
		    section->title));
	if (process->on_eagain == EAGAIN_SYNC)
		return (ini_fail(error, ini_entry(section, "on_eagain")->where,
		    "[%s] 'on_eagain = sync' does not go with a socket, which "
		    "has no offsets; take retry or drop",
		    section->title));
	return (!process->serves ||
	    check_server(section, file,
		scenario->peers->pdata[file->peer_index], process, error));
}
