/*
 * The keys of [disk] that belong to one model of device, or to several: the
 * continuation of the table in keys.c.
 */

#ifndef SIM_SCENARIO_DEVICE_KEYS_H
#define SIM_SCENARIO_DEVICE_KEYS_H

#include "sim/scenario/keys.h"

/* As `model` writes them. */
extern const char *const disk_model_names[];

/* Like `keys`, but for the section's name, which goes on with the models: "disk
 * ssd nvme".  Rows of one group follow each other. */
extern const struct key device_keys[];

/* Whether a row goes with the model that a section [disk] asks for. */
bool device_key_goes_with(
    const struct key *key, const struct ini_section *section);
/* Whether an entry that is a key of some model is one of its section's; if not,
 * an error that names the models that have it.  True for all other sections. */
bool device_key_check(const struct ini_section *section,
    const struct ini_entry *entry, GError **error);

extern const struct key_type type_hdd_preset, type_hdd_tracks;
extern const struct key_type type_hdd_seek, type_hdd_scheduler;
extern const struct key_type type_ssd_preset, type_amplification;
extern const struct key_type type_curve_preset, type_curve, type_members;

#endif
