#include "base/arena.h"
#include "base/buf.h"
#include "link/graph/read_inside.h"

/* Headings as letters and digits in lower case; the words that follow name the option --fields. */
/* clang-format off */
static const struct {
	const char *name, *headings;
} known[COLUMN_COUNT] = {
	[COLUMN_FROM]           = { "from", " from source src sender caller payer fromid sourceid entity1id entity1identity identity1 entity1 fromaccount " },
	[COLUMN_TO]             = { "to", " to target dst destination receiver callee beneficiary toid targetid entity2id entity2identity identity2 entity2 toaccount " },
	[COLUMN_WEIGHT]         = { "weight", " weight strength count value linkstrength " },
	[COLUMN_TYPE]           = { "type", " type relation relationship kind linktype label linklabel " },
	[COLUMN_START]          = { "start", " start startdate date time when datetime timestamp begin linkdate linkdatetime dateandtime linkdateandtime first " },
	[COLUMN_END]            = { "end", " end enddate until linkenddate last " },
	[COLUMN_FROM_LABEL]     = { "from_label", " fromlabel fromname sourcelabel sourcename entity1label label1 " },
	[COLUMN_TO_LABEL]       = { "to_label", " tolabel toname targetlabel targetname entity2label label2 " },
	[COLUMN_FROM_TYPE]      = { "from_type", " fromtype sourcetype entity1type type1 " },
	[COLUMN_TO_TYPE]        = { "to_type", " totype targettype entity2type type2 " },
	[COLUMN_FROM_ROLE]      = { "from_role", " fromrole sourcerole entity1role role1 " },
	[COLUMN_TO_ROLE]        = { "to_role", " torole targetrole entity2role role2 " },
	[COLUMN_FROM_LATITUDE]  = { "from_latitude", " fromlatitude fromlat sourcelat entity1latitude latitude1 lat1 " },
	[COLUMN_TO_LATITUDE]    = { "to_latitude", " tolatitude tolat targetlat entity2latitude latitude2 lat2 " },
	[COLUMN_FROM_LONGITUDE] = { "from_longitude", " fromlongitude fromlon sourcelon entity1longitude longitude1 lon1 " },
	[COLUMN_TO_LONGITUDE]   = { "to_longitude", " tolongitude tolon targetlon entity2longitude longitude2 lon2 " },
	[COLUMN_ID]             = { "id", " id node nodeid entityid identity account name phone " },
	[COLUMN_LABEL]          = { "label", " label title fullname " },
	[COLUMN_ROLE]           = { "role", " role category status leftout " },
	[COLUMN_LATITUDE]       = { "latitude", " latitude lat y " },
	[COLUMN_LONGITUDE]      = { "longitude", " longitude lon lng x " },
};
/* clang-format on */

/* "Entity 1 ID" as " entity1id ". */
static struct str
plain(struct arena *a, struct str heading)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_byte(&b, ' ');
	for (size_t i = 0; i < heading.n; i++) {
		char c = heading.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_add_byte(&b, c);
	}
	buf_add_byte(&b, ' ');
	return buf_str(&b);
}

/* "from=HEADING,to=HEADING": what is said there stands before what headings say. */
static enum rc
fields_read(const struct csv_row *head, struct str fields, struct graph_columns *out,
	    struct err *err)
{
	while (fields.p != NULL && fields.n > 0) {
		struct str value = str_cut(&fields, ','), name = str_cut(&value, '=');
		size_t f = 0, c = 0;

		while (f < COLUMN_COUNT && !str_eq_z(str_trim(name), known[f].name))
			f++;
		while (c < head->n && !str_eq(str_trim(head->at[c].text), str_trim(value)))
			c++;
		if (f == COLUMN_COUNT || c == head->n)
			return fail(err, RC_INVALID, "fields",
				    "names a column that is not there, or not one of from, to, "
				    "weight, type, start, end and so on");
		out->at[f] = c;
	}
	return RC_OK;
}

enum rc
graph_columns_find(struct arena *a, const struct csv_row *head, struct str fields,
		   struct graph_columns *out, struct err *err)
{
	enum rc rc;

	for (size_t f = 0; f < COLUMN_COUNT; f++)
		out->at[f] = SIZE_MAX;
	rc = fields_read(head, fields, out, err);
	for (size_t c = 0; rc == RC_OK && c < head->n; c++) {
		struct str heading = plain(a, head->at[c].text);

		if (heading.n <= 2)
			continue;
		for (size_t f = 0; f < COLUMN_COUNT; f++)
			if (out->at[f] == SIZE_MAX &&
			    str_find(str_from(known[f].headings), heading) >= 0)
				out->at[f] = c;
	}
	return rc;
}

struct str
graph_cell(const struct csv_row *row, const struct graph_columns *columns, enum graph_column column)
{
	size_t c = columns->at[column];

	return c < row->n ? str_trim(row->at[c].text) : STR_NONE;
}
