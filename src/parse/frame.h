#ifndef PARSE_FRAME_H
#define PARSE_FRAME_H

#include "format/csv.h"
#include "format/htcds.h"
#include "format/listfile.h"
#include "parse/wire.h"

/*
 * frame: what node and parser process say to each other over their socket: four bytes of
 * length, one of kind, then as many bytes as the length says. For this folder only.
 *
 *	node	REQUEST  kind of file, number of files, options
 *	parser	HELLO    what it gave up (one byte: Landlock's ABI, 0 for none); from here on
 *		         it can do nothing but read and write here
 *	parser	OPEN     file, from its beginning
 *	parser	NEED     more of it; the node answers DATA, which is empty at the end, or FAILED
 *	parser	CSV, JSON, HTCDS, ENTRY  one row; BAD  an error after which it goes on
 *	parser	END      the error, or RC_OK, and what the kind of file adds
 */
enum frame_kind {
	FRAME_REQUEST = 'Q',
	FRAME_HELLO = 'H',
	FRAME_OPEN = 'O',
	FRAME_NEED = 'N',
	FRAME_DATA = 'D',
	FRAME_FAILED = 'F',
	FRAME_CSV = 'C',
	FRAME_JSON = 'J',
	FRAME_HTCDS = 'T',
	FRAME_ENTRY = 'L',
	FRAME_BAD = 'B',
	FRAME_END = 'E'
};

#define FRAME_HEAD_BYTES 5
#define FRAME_BYTES_MAX ((size_t)32 << 20)
#define FRAME_DATA_BYTES 65536
#define FRAME_FILES_MAX 256

/* Files have names in the node alone; the parser calls them "#0", "#1". */
void frame_add_err(struct buf *b, const struct err *err);
void frame_add_csv(struct buf *b, const struct csv_row *row);
void frame_add_htcds(struct buf *b, const struct htcds_row *row, const struct htcds_report *so_far);
void frame_add_entry(struct buf *b, const struct list_entry *entry);

/* These make w bad where the bytes say what no parser may say; text is in the frame still. */
void frame_err(struct wire *w, const char *const *names, size_t files, struct err *out);
void frame_csv(struct wire *w, struct arena *a, struct csv_row *out);
/* fields: how many HTCDS has. */
void frame_htcds(struct wire *w, struct arena *a, size_t fields, struct htcds_row *out,
		 struct htcds_report *so_far);
void frame_entry(struct wire *w, struct arena *a, const char *const *names, size_t files,
		 struct list_entry *out);

#endif
