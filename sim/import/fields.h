/*
 * The fields of a line, for formats of foreign traces.  All fail as
 * reader_fail() does, with what is wrong.
 */

#ifndef SIM_IMPORT_FIELDS_H
#define SIM_IMPORT_FIELDS_H

#include "sim/import/reader.h"

#define SECTOR_BYTES 512

/* Cuts the text at blanks into at most `max` fields; what follows is left out.
 * Their number. */
int fields_at_blanks(char *text, char **fields, int max);
/* The same at commas, blanks around fields stripped.  max + 1 for too many. */
int fields_at_commas(char *text, char **fields, int max);

/* A whole number of 0..max.  `what` is for the message. */
int field_number(struct reader *reader, const char *what, const char *text,
    int64_t max, int64_t *value);
/* Seconds with a fraction, as nanoseconds of 0..max; digits beyond the ninth
 * are cut off. */
int field_seconds(struct reader *reader, const char *what, const char *text,
    int64_t max_ns, int64_t *ns);

/* Offset and size of a request.  Sectors have SECTOR_BYTES. */
int field_bytes(struct reader *reader, const char *offset, const char *size,
    struct import_request *request);
int field_sector(struct reader *reader, const char *what, const char *text,
    struct import_request *request);

#endif
