/*
 * The files of a run.  They are written aside, in a hidden directory beside
 * their final places, and moved there when the run is over: nobody ever sees
 * half a file, and what was there before survives a run that fails.
 */

#ifndef SIM_OUTPUTS_H
#define SIM_OUTPUTS_H

#include <glib.h>
#include <stdio.h>

#define OUTPUTS_ERROR (g_quark_from_static_string("outputs"))

struct outputs;

/* Makes `dir` (with its parents) and the hidden directory in it; proves that
 * both can be written.  NULL with "DIR: message" in `error`.  A directory left
 * by a run that was killed is removed. */
struct outputs *outputs_open(const char *dir, GError **error);

/* A file of this run, to be written by the caller and closed by commit or
 * discard.  Buffered; the name has no directory in it.  NULL on error. */
FILE *outputs_file(struct outputs *outputs, const char *name, GError **error);

/* False, with the reason, as soon as a write to any of the files has failed
 * (a full disk).  Cheap enough to be called every few thousand requests. */
gboolean outputs_healthy(struct outputs *outputs, GError **error);

/* Flushes, closes and moves everything into place; also removes from the
 * directory what an earlier run left under the names of a run's files and this
 * run did not write, and the pictures that were drawn of it.  On failure
 * nothing was moved.  Frees `outputs`. */
gboolean outputs_commit(struct outputs *outputs, GError **error);

/* Removes files of the directory at once, where they are: for what is about to
 * become untrue before this run can write it anew. */
gboolean outputs_withdraw(struct outputs *outputs, const char *const *names,
    size_t count, GError **error);

/* Whether the error is that of a full disk or of a directory that went away,
 * rather than of a bad one. */
gboolean outputs_lost(const GError *error);

/* Removes what was written aside, and directories that this run made and that
 * hold nothing.  Frees `outputs`; NULL is fine. */
void outputs_discard(struct outputs *outputs);

#endif
