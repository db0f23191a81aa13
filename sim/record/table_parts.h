/*
 * The parts of the table, each from the summary that it is given.  A value that
 * is missing or of another kind fails the reading, and the whole table with it.
 */

#ifndef SIM_TABLE_PARTS_H
#define SIM_TABLE_PARTS_H

#include "sim/vector/json_reader.h"

/* The formatters of table_text.h have room for these, and no time of a run is
 * beyond them, nor a sum of times that a mean is made of. */
#define TABLE_MOST 1e19
#define TABLE_MOST_SUM 1e27

#define node_foreach(node, key, member) \
	json_object_foreach((json_t *)(uintptr_t)(node)->value, key, member)

static inline int64_t
member_count(const struct node *object, const char *key)
{
	return (member_int(object, key, 0, INT64_MAX));
}

static inline double
member_mean(const struct node *object, const char *key)
{
	return (member_real(object, key, 0, TABLE_MOST));
}

static inline double
member_sum(const struct node *object, const char *key)
{
	return (member_real(object, key, 0, TABLE_MOST_SUM));
}

/* In ASCII on one line; free with g_free(). */
char *table_ascii(const char *text);
/* A row's name, padded to its column, shortened if need be. */
void table_put_label(GString *out, const char *name);

/* A row of the requests; none if there are none.  The remark may be "". */
void table_put_count(
    GString *out, const char *label, int64_t count, const char *remark);

/* What daemons, devices, files and links did; nothing of those that did
 * nothing. */
void table_put_pools(GString *out, const struct node *summary);
void table_put_devices(GString *out, const struct node *summary);
void table_put_files(GString *out, const struct node *summary);
void table_put_links(GString *out, const struct node *summary);

#endif
