/*
 * Files of sysctl settings: what sysctl(8) printed ("node: value", or with -e
 * "node=value"), or /etc/sysctl.conf ("node=value", with comments).
 */

#ifndef SIM_SCENARIO_SYSCTL_FILE_H
#define SIM_SCENARIO_SYSCTL_FILE_H

#include <glib.h>

#include "sim/scenario/ini.h"

/*
 * The settings of a file as the one section of a document, [sysctl]; of a node
 * given twice the last counts.  Left out are nodes that the kernel does not
 * have, unless they stand in a tree of AIO that it has (vfs.aio, kern.ipc.aio),
 * where they are kept for the reader to refuse; and read-only nodes, whose
 * values are checked.  NULL with one line "path:line: message".
 */
struct ini *sysctl_file_read(
    const char *path, const char *kernel, GError **error);

#endif
