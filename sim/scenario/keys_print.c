/*
 * The reference of all keys: a line and a sentence each for a terminal, or the
 * subsections of the manual page, in mdoc(7).
 */

#include <string.h>

#include "sim/scenario/device_keys.h"

static char *
form_of(const struct key *key)
{
	const struct quantity *quantity = key->type->quantity;
	g_autofree char *low = NULL;
	g_autofree char *high = NULL;

	if (quantity == NULL)
		return (g_strdup(key->type->form));
	low = quantity_format(quantity, key->low);
	high = quantity_format(quantity, key->high);
	return (g_strdup_printf("%s, %s..%s", key->type->form, low, high));
}

static char *
default_of(const struct key *key)
{
	if (key->fallback != NULL)
		return (g_strdup(key->fallback));
	if (key->absent != NULL)
		return (g_strdup_printf("(%s)", key->absent));
	return (g_strdup("(must be given)"));
}

/* In mdoc a sentence begins a line. */
static void
print_prose(FILE *out, const char *text)
{
	g_auto(GStrv) sentences = g_strsplit(text, ". ", -1);
	g_autofree char *lines = g_strjoinv(".\n", sentences);

	fprintf(out, "%s\n", lines);
}

static void
print_section(FILE *out, const struct section_type *type, bool mdoc)
{
	const char *name = type->object == NULL ? "" : " NAME";

	if (mdoc) {
		fprintf(out, ".Ss [%s%s]\n", type->name, name);
		print_prose(out, type->sentence);
	} else {
		fprintf(
		    out, "\n[%s%s]  %s\n", type->name, name, type->sentence);
	}
}

static void
print_key(FILE *out, const struct key *key, bool mdoc)
{
	g_autofree char *form = form_of(key);
	g_autofree char *standard = default_of(key);

	if (mdoc) {
		fprintf(out, ".It Ic %s\n", key->name);
		print_prose(out, key->sentence);
		fprintf(out, "Value: %s; default: %s.\n", form, standard);
	} else {
		fprintf(out, "  %-17s  %-19s  %s\n  %-17s    %s\n", key->name,
		    standard, form, "", key->sentence);
	}
}

/* The rows from `key` on that have its section. */
static const struct key *
print_group(FILE *out, const struct key *key, bool mdoc)
{
	const char *section = key->section;

	if (mdoc)
		fputs(".Bl -tag -width Ds\n", out);
	for (; key->section != NULL && strcmp(key->section, section) == 0;
	     key++)
		print_key(out, key, mdoc);
	if (mdoc)
		fputs(".El\n", out);
	return (key);
}

/* "[disk NAME] with model = ssd or nvme". */
static void
print_device_groups(FILE *out, bool mdoc)
{
	const struct key *key = device_keys;

	while (key->section != NULL) {
		g_auto(GStrv) words = g_strsplit(key->section, " ", -1);
		g_autofree char *models = g_strjoinv(" or ", words + 1);

		fprintf(out,
		    mdoc ? ".Ss [disk NAME] with model = %s\n"
			 : "\n[disk NAME] with model = %s\n",
		    models);
		key = print_group(out, key, mdoc);
	}
}

static void
print_keys(FILE *out, const struct section_type *type, bool mdoc)
{
	const struct key *key = keys;

	while (key->section != NULL && strcmp(key->section, type->name) != 0)
		key++;
	if (key->section != NULL)
		print_group(out, key, mdoc);
	if (strcmp(type->name, "disk") == 0)
		print_device_groups(out, mdoc);
}

static const char intro[] =
    "Times are written with a unit (ns, us, ms, s); sizes in bytes or with k, "
    "m,"
    " g, t\n(powers of 1024); rates are bytes/s in the same way.  A "
    "distribution"
    " is one of\nconstant(X), exponential(MEAN), uniform(LOW,HIGH), "
    "lognormal(MEAN,SIGMA) and\nempirical(FILE), or X alone for constant(X).  "
    "Paths are relative to the scenario.\n";

void
keys_print(FILE *out, bool mdoc)
{
	const struct section_type *type;

	if (!mdoc) {
		fputs(intro, out);
		fputs(
		    "\n  KEY                DEFAULT              VALUE\n", out);
	}
	for (type = section_types; type->name != NULL; type++) {
		print_section(out, type, mdoc);
		print_keys(out, type, mdoc);
	}
}
