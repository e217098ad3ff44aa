/* import.h — a whole table reported, row by row. */
#ifndef HUYING_IMPORT_H
#define HUYING_IMPORT_H

#include "context.h"

#define IMPORT_PATIENCE_US 120000000 /* without any answer, before it gives up */

/* `file` is FILE or FILE:MAPPING. Returns the exit status; everything was told. */
int import_file(struct context *context, const char *file);

#endif
