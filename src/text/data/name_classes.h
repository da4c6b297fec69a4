#ifndef TEXT_DATA_NAME_CLASSES_H
#define TEXT_DATA_NAME_CLASSES_H

#include <stddef.h>
#include <stdint.h>

/* name_classes: made by tools/names/classes.py, for text/name_data.h. Sorted by name. */
struct name_row {
	char name[17];
	uint16_t classes[3]; /* twice the class, one more where the name is a short form; 0: none */
};

extern const struct name_row name_rows[];
extern const size_t name_row_count;

#endif
